/** One experiment: its question, figures, what holds of the article's statements, and its tables. */
import { drawFigure } from "@performer/charts";
import type { ExperimentFigure, ExperimentReport, ExperimentTable } from "@performer/schema";
import { figureCsv } from "../model/figure-csv.ts";
import { Command } from "../parts/notice.tsx";
import { Picture } from "../parts/picture.tsx";
import { useElementWidth } from "../parts/use-element-width.ts";

export function Experiment({ report }: { report: ExperimentReport }) {
  const { title, question, figures, claims, tables, command, date, machine } = report;
  return (
    <article class="view">
      <div class="view-head">
        <div>
          <h1>{title}</h1>
          <p class="lede">{question}</p>
        </div>
      </div>
      <div class="figures">
        {figures.map((figure) => (
          <Figure key={figure.id} figure={figure} />
        ))}
      </div>
      {claims.length > 0 && <Claims claims={claims} />}
      {tables.map((table, index) => (
        <Table key={`${index} ${table.title}`} table={table} />
      ))}
      <section class="panel">
        <h2 class="panel-title">How it was made</h2>
        <Command>{command}</Command>
        <p class="muted experiment-facts">
          {date} · {machine}
        </p>
      </section>
    </article>
  );
}

/** Drawn here, not taken from the SVG file, so that it follows the theme and the width. */
function Figure({ figure }: { figure: ExperimentFigure }) {
  const [frame, width] = useElementWidth<HTMLDivElement>();
  return (
    <section class="panel">
      <div ref={frame}>
        {width > 0 && (
          <Picture
            name={figure.id}
            draw={({ theme, background }) =>
              drawFigure(figure, {
                document,
                width,
                theme,
                ...(background !== undefined && { background }),
              })
            }
            of={[figure, width]}
            csv={() => figureCsv(figure)}
          />
        )}
      </div>
      {figure.caption !== undefined && <p class="muted experiment-facts">{figure.caption}</p>}
    </section>
  );
}

function Claims({ claims }: { claims: ExperimentReport["claims"] }) {
  return (
    <section class="panel">
      <h2 class="panel-title">The article's statements, held against these figures</h2>
      <ul class="claims">
        {claims.map(({ claim, holds, evidence }) => (
          <li key={claim}>
            <span class={holds ? "verdict verdict-holds" : "verdict verdict-fails"}>
              {holds ? "holds" : "does not hold"}
            </span>{" "}
            {claim} <span class="muted">{evidence}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Table({ table }: { table: ExperimentTable }) {
  const { title, columns, rows } = table;
  return (
    <section class="panel">
      {title !== "" && <h2 class="panel-title">{title}</h2>}
      {/* wide tables scroll in their frame, which the keyboard must reach */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region */}
      <section class="table-frame" tabIndex={0} aria-label={title || "figures"}>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([first, ...cells]) => (
              <tr key={first}>
                <th scope="row">{first}</th>
                {cells.map((cell, index) => (
                  <td key={columns[index + 1]}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
