/** Which protein: an example, its accession, or residues pasted here. */
import { useState } from "preact/hooks";
import { EXAMPLE_PROTEINS } from "../model/example-proteins.ts";
import { type ProteinSubject, parsePastedSequence } from "../model/sequence-input.ts";

interface ProteinPickerProps {
  readonly subject: ProteinSubject;
  readonly onPick: (subject: ProteinSubject) => void;
}

export function ProteinPicker({ subject, onPick }: ProteinPickerProps) {
  return (
    <section class="panel picker" aria-label="Protein">
      <ExamplePicker subject={subject} onPick={onPick} />
      <AccessionForm subject={subject} onPick={onPick} />
      <SequenceForm subject={subject} onPick={onPick} />
    </section>
  );
}

function ExamplePicker({ subject, onPick }: ProteinPickerProps) {
  const shown = "accession" in subject ? subject.accession.toUpperCase() : "";
  const listed = EXAMPLE_PROTEINS.some(({ accession }) => accession === shown);
  const pick = (event: Event) => {
    const { value } = event.target as HTMLSelectElement;
    if (value !== "") onPick({ accession: value });
  };
  return (
    <label class="field">
      <span>Example</span>
      <select value={listed ? shown : ""} onChange={pick}>
        {!listed && <option value="">other</option>}
        {EXAMPLE_PROTEINS.map(({ accession, name }) => (
          <option key={accession} value={accession}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function AccessionForm({ subject, onPick }: ProteinPickerProps) {
  const [accession, setAccession] = useState("accession" in subject ? subject.accession : "");
  const submit = (event: Event) => {
    event.preventDefault();
    if (accession.trim() !== "") onPick({ accession: accession.trim() });
  };
  return (
    <form class="field-row" onSubmit={submit}>
      <label class="field">
        <span>Accession</span>
        <input
          type="text"
          name="accession"
          value={accession}
          placeholder="P00974"
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => setAccession(event.currentTarget.value)}
        />
      </label>
      <button type="submit">Show</button>
    </form>
  );
}

function SequenceForm({ subject, onPick }: ProteinPickerProps) {
  const [text, setText] = useState("sequence" in subject ? subject.sequence : "");
  const [fault, setFault] = useState<string | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    const parsed = parsePastedSequence(text);
    if ("fault" in parsed) setFault(parsed.fault);
    else onPick({ sequence: parsed.sequence });
  };
  return (
    <form class="field-row field-wide" onSubmit={submit}>
      <label class="field">
        <span>Sequence, bare or FASTA</span>
        <textarea
          name="sequence"
          rows={1}
          value={text}
          placeholder="MKTAYIAKQR…"
          autocomplete="off"
          spellcheck={false}
          aria-invalid={fault !== null}
          aria-describedby={fault === null ? undefined : "sequence-fault"}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setFault(null);
          }}
        />
      </label>
      <button type="submit">Show</button>
      {fault !== null && (
        <p id="sequence-fault" class="fault" role="alert">
          {fault}
        </p>
      )}
    </form>
  );
}
