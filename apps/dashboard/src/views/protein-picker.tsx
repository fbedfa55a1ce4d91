/** Which protein: an example, an accession that the API knows, or residues pasted here. */
import { useState } from "preact/hooks";
import { EXAMPLE_PROTEINS } from "../model/example-proteins.ts";
import { type AttentionSubject, parsePastedSequence } from "../model/sequence-input.ts";

interface ProteinPickerProps {
  readonly subject: AttentionSubject;
  readonly onPick: (subject: AttentionSubject) => void;
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
  const key = JSON.stringify(subject);
  const shown = EXAMPLE_PROTEINS.findIndex((example) => JSON.stringify(example.subject) === key);
  const pick = (event: Event) => {
    const example = EXAMPLE_PROTEINS[Number((event.target as HTMLSelectElement).value)];
    if (example) onPick(example.subject);
  };
  return (
    <label class="field">
      <span>Example</span>
      <select value={String(shown)} onChange={pick}>
        {shown < 0 && <option value="-1">other</option>}
        {EXAMPLE_PROTEINS.map(({ name }, index) => (
          <option key={name} value={String(index)}>
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
