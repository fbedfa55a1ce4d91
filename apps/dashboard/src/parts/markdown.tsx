/**
 * The Markdown of model cards as elements: headings, paragraphs, lists, tables, code. Only what cards
 * are made of; anything else stands as its own text. No HTML of the card becomes HTML of the page.
 */
import type { ComponentChildren } from "preact";

export function Markdown({ children }: { children: string }) {
  return <div class="markdown">{blocksOf(children).map(draw)}</div>;
}

type Block =
  | { readonly kind: "heading"; readonly level: number; readonly text: string }
  | { readonly kind: "code" | "paragraph"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | { readonly kind: "table"; readonly rows: readonly (readonly string[])[] };

function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split("\n");
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? "";
    const run = (belongs: (line: string) => boolean) => {
      const start = at;
      while (at < lines.length && belongs(lines[at] ?? "")) at += 1;
      return lines.slice(start, at);
    };
    const heading = /^(#{1,6}) (.*)$/.exec(line);
    if (line.trim() === "") at += 1;
    else if (heading) {
      blocks.push({ kind: "heading", level: heading[1]?.length ?? 1, text: heading[2] ?? "" });
      at += 1;
    } else if (line.startsWith("```")) {
      at += 1;
      blocks.push({ kind: "code", text: run((each) => !each.startsWith("```")).join("\n") });
      at += 1;
    } else if (line.startsWith("|")) {
      blocks.push({ kind: "table", rows: run((each) => each.startsWith("|")).map(cellsOf) });
    } else if (line.startsWith("- ")) {
      const items = run((each) => each.startsWith("- ")).map((each) => each.slice(2));
      blocks.push({ kind: "list", items });
    } else {
      const text = run((each) => each.trim() !== "" && !/^(#|```|\||- )/.test(each)).join(" ");
      blocks.push({ kind: "paragraph", text });
    }
  }
  return blocks;
}

const cellsOf = (line: string): string[] =>
  line
    .replace(/^\||\|\s*$/g, "")
    .split("|")
    .map((cell) => cell.trim());

function draw(block: Block, index: number): ComponentChildren {
  switch (block.kind) {
    case "heading": {
      // the page has its own first and second heading
      const Heading = block.level <= 1 ? "h2" : "h3";
      return <Heading key={index}>{inline(block.text)}</Heading>;
    }
    case "code":
      return (
        <pre key={index} class="command">
          <code>{block.text}</code>
        </pre>
      );
    case "paragraph":
      return <p key={index}>{inline(block.text)}</p>;
    case "list":
      return (
        <ul key={index}>
          {block.items.map((item) => (
            <li key={item}>{inline(item)}</li>
          ))}
        </ul>
      );
    case "table":
      return <Table key={index} rows={block.rows} />;
    default:
      return block satisfies never;
  }
}

function Table({ rows: [head = [], , ...body] }: { rows: readonly (readonly string[])[] }) {
  const named = head.some((cell) => cell !== "");
  return (
    // wide tables scroll in their frame, which the keyboard must reach
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region
    <section class="table-frame" tabIndex={0} aria-label={named ? head.join(", ") : "properties"}>
      <table class={named ? undefined : "properties"}>
        {named && (
          <thead>
            <tr>
              {head.map((cell) => (
                <th key={cell} scope="col">
                  {inline(cell)}
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {body.map(([first = "", ...cells]) => (
            <tr key={first + cells.join()}>
              <th scope="row">{inline(first)}</th>
              {cells.map((cell, column) => (
                <td key={head[column + 1] || column}>{inline(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Bold and code within a line. */
function inline(text: string): ComponentChildren[] {
  return text.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((part) => {
    if (part.startsWith("**")) return <strong>{part.slice(2, -2)}</strong>;
    if (part.startsWith("`")) return <code>{part.slice(1, -1)}</code>;
    return part;
  });
}
