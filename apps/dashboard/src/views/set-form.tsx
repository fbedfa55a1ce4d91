/** A set of proteins: pasted FASTA, a file (plain, gzip), or the bundled sample. */
import { useState } from "preact/hooks";

interface SetFormProps {
  readonly onSet: (source: string | Blob) => void;
  readonly onSample: () => void;
}

export function SetForm({ onSet, onSample }: SetFormProps) {
  const [text, setText] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (text.trim() !== "") onSet(text);
  };
  const open = (event: Event) => {
    const file = (event.currentTarget as HTMLInputElement).files?.[0];
    if (file) onSet(file);
  };
  return (
    <section class="panel set-form" aria-label="Proteins">
      <form class="field-row" onSubmit={submit}>
        <label class="field">
          <span>Proteins, FASTA</span>
          <textarea
            name="fasta"
            rows={3}
            value={text}
            placeholder={">first protein\nMKTAYIAKQR…\n>second protein\n…"}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Embed</button>
      </form>
      <div class="set-others">
        <label class="field">
          <span>or a file, .fasta or .fasta.gz</span>
          <input type="file" accept=".fasta,.fa,.faa,.gz,.txt" onChange={open} />
        </label>
        <button type="button" onClick={onSample}>
          Bundled sample, 195 proteins
        </button>
      </div>
    </section>
  );
}
