/**
 * A fast-check arbitrary out of a JSON schema of the OpenAPI document: mostly values that fit, so that
 * the routes behind the schema are reached, and now and then one of another type, an extreme or a
 * string that no schema thought of.
 */
import fc from "fast-check";

export type JsonSchema = { readonly [key: string]: unknown };

/** Never undefined: what is sent is JSON. */
const WILD: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom("", " ", "\u0000", "é𝄞", "../../etc/passwd", "MKT*", "-", ">a\nM", "__proto__"),
  fc.constantFrom(0, -1, 1e308, 2 ** 53, 0.5),
);

/** What people send as a sequence, besides anything at all. */
const SEQUENCES = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[ACDEFGHIKLMNPQRSTVWY]{1,40}$/) },
  { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
);

/** @param resolve the schema that a $ref names. */
export function arbitraryOf(
  schema: JsonSchema,
  resolve: (reference: string) => JsonSchema,
): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 12, arbitrary: fitting(schema, resolve) },
    { weight: 1, arbitrary: WILD },
  );
}

function fitting(
  schema: JsonSchema,
  resolve: (reference: string) => JsonSchema,
): fc.Arbitrary<unknown> {
  const { $ref, anyOf, type, properties, prefixItems, items } = schema as Record<string, unknown>;
  const of = (inner: unknown) => arbitraryOf(inner as JsonSchema, resolve);
  if (typeof $ref === "string") return fitting(resolve($ref), resolve);
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map(of));
  if (Array.isArray(schema["enum"])) return fc.constantFrom(...schema["enum"]);
  if ("const" in schema) return fc.constant(schema["const"]);
  const [least, most] = [Number(schema["minimum"] ?? -1e6), Number(schema["maximum"] ?? 1e6)];
  switch (type) {
    case "object": {
      const required = (schema["required"] ?? []) as string[];
      const model = Object.entries((properties ?? {}) as Record<string, JsonSchema>);
      const whole = Object.fromEntries(model.map(([key, inner]) => [key, of(inner)]));
      const optional = Object.keys(whole).filter((key) => !required.includes(key));
      // few fields fit together more often than many; what a question is about stands first
      const subject = model.slice(0, 1).map(([key]) => key);
      const few = fc
        .subarray(optional, { maxLength: Math.min(2, optional.length) })
        .chain((keys) => {
          const names = new Set([...required, ...subject, ...keys]);
          const chosen = [...names].map((key) => [key, whole[key]] as const);
          return fc.record(Object.fromEntries(chosen) as typeof whole);
        });
      return fc.oneof(few, fc.record(whole, { requiredKeys: required }));
    }
    case "array": {
      if (Array.isArray(prefixItems)) return fc.tuple(...prefixItems.map(of));
      const minLength = Number(schema["minItems"] ?? 0);
      return fc.array(of(items), { minLength, maxLength: minLength + 4 });
    }
    case "string":
      if (Array.isArray(schema["examples"]))
        return fc.oneof(fc.constantFrom(...schema["examples"]), SEQUENCES);
      if (typeof schema["pattern"] === "string") return fc.stringMatching(/^\d{1,9}$/);
      return SEQUENCES;
    case "integer":
      return fc.oneof(
        fc.integer({ min: least, max: Math.min(most, least + 3) }),
        fc.constant(most),
      );
    case "number":
      return fc.double({ min: least, max: most, noNaN: true });
    case "boolean":
      return fc.boolean();
    default:
      return WILD;
  }
}
