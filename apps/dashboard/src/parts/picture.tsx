/** A chart with what a reader wants to take along: the picture as SVG or PNG, its numbers as CSV. */
import { type ChartTheme, picturePng, pictureSvg } from "@performer/charts";
import { useState } from "preact/hooks";
import { ChartSlot } from "./chart-slot.tsx";
import { saveFile } from "./save-file.ts";
import { useColorScheme } from "./use-color-scheme.ts";

/** How a chart is drawn: on this page, or for a file. */
export interface PictureStyle {
  readonly theme: ChartTheme;
  /** Of files: "white". On a page the ground shows through. */
  readonly background?: string;
}

interface PictureProps {
  /** Of the files, without extension. */
  readonly name: string;
  readonly draw: (style: PictureStyle) => Element;
  /** Values that `draw` depends on, compared one by one. */
  readonly of: readonly unknown[];
  readonly csv: () => string;
  /** Draws the file's picture, where that is not the page's. */
  readonly drawFile?: (style: PictureStyle) => Element;
}

const FILE_STYLE: PictureStyle = { theme: "light", background: "white" };

export function Picture({ name, draw, of, csv, drawFile = draw }: PictureProps) {
  const theme = useColorScheme();
  return (
    <div class="picture">
      <ChartSlot draw={() => draw({ theme })} of={[...of, theme]} />
      <SaveButtons name={name} csv={csv} svg={() => pictureSvg(drawFile(FILE_STYLE), window)} />
    </div>
  );
}

interface SaveButtonsProps {
  readonly name: string;
  readonly svg: () => string;
  readonly csv: () => string;
}

export function SaveButtons({ name, svg, csv }: SaveButtonsProps) {
  const [fault, setFault] = useState<string | null>(null);
  const save = async (
    extension: string,
    type: string,
    make: () => BlobPart | Promise<BlobPart>,
  ) => {
    setFault(null);
    try {
      saveFile(`${name}.${extension}`, new Blob([await make()], { type }));
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <p class="save">
      <span class="muted">Save</span>
      <button type="button" onClick={() => save("svg", "image/svg+xml", svg)}>
        SVG<span class="visually-hidden"> of {name}</span>
      </button>
      <button
        type="button"
        onClick={() => save("png", "image/png", () => picturePng(svg(), document))}
      >
        PNG<span class="visually-hidden"> of {name}</span>
      </button>
      <button type="button" onClick={() => save("csv", "text/csv", csv)}>
        CSV<span class="visually-hidden"> of {name}</span>
      </button>
      {fault !== null && (
        <span class="fault" role="alert">
          {fault}
        </span>
      )}
    </p>
  );
}
