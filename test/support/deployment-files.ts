/** docker-compose.yml and its Dockerfile as what they say: services, stages and instructions. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DockerfileParser, type Instruction, JSONInstruction } from "dockerfile-ast";
import { expect } from "vitest";
import { parse } from "yaml";

export const root = join(import.meta.dirname, "../..");
export const text = (path: string) => readFileSync(join(root, path), "utf8");

export interface Service {
  readonly build?: { readonly dockerfile: string; readonly target: string };
  readonly image?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly deploy?: object;
}
export const compose = parse(text("docker-compose.yml"), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
export const services = Object.entries(compose.services);

/** Instructions of a stage, and of the stages that it is made from. */
export const instructions = DockerfileParser.parse(text("deploy/Dockerfile")).getInstructions();
export const stages = new Map<string, { base: string; own: Instruction[] }>();
for (const instruction of instructions) {
  const words = instruction.getArguments().map((argument) => argument.getValue());
  if (instruction.getKeyword() === "FROM") {
    stages.set(words[2] as string, { base: words[0] as string, own: [] });
  } else [...stages.values()].at(-1)?.own.push(instruction);
}
function stage(name: string): Instruction[] {
  const { base, own } = stages.get(name) as { base: string; own: Instruction[] };
  return stages.has(base) ? [...stage(base), ...own] : own;
}
export const lastOf = (name: string, keyword: string) =>
  stage(name).findLast((instruction) => instruction.getKeyword() === keyword);

/** Words of an instruction in JSON form, such as CMD ["node", "x"]. */
export function wordsOf(instruction: Instruction | undefined): string[] {
  expect(instruction).toBeInstanceOf(JSONInstruction);
  return (instruction as JSONInstruction)
    .getJSONStrings()
    .map((argument) => argument.getJSONValue());
}
