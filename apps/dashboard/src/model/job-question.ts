/** What a reader asks of a bulk job, as the form has it. */

export interface JobQuestion {
  /** FASTA: a text, or a file that may be compressed. */
  readonly source: string | Blob;
  /** The query of POST /v1/jobs, all as text. */
  readonly model: string;
  readonly include: string;
  /** Left out: the last, behind the final norm. */
  readonly layer?: string;
}

/** The form's fields by name: fasta, file, model, include, layer ("" for the last). */
export function readJobForm(form: FormData): JobQuestion | { readonly fault: string } {
  const text = textOf(form, "fasta");
  const file = form.get("file");
  // a file input without a choice gives an empty file without a name
  const chosen = file instanceof Blob && (file.size > 0 || file.name !== "") ? file : null;
  if (chosen !== null && text.trim() !== "") {
    return { fault: "There is a text and a file: empty one of them." };
  }
  if (chosen === null && text.trim() === "") {
    return { fault: "Paste proteins as FASTA, or choose a file." };
  }
  const layer = textOf(form, "layer");
  return {
    source: chosen ?? text,
    model: textOf(form, "model"),
    include: textOf(form, "include"),
    ...(layer !== "" && { layer }),
  };
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
