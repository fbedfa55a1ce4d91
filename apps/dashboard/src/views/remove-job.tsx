/** Takes a job away with its files, after asking once more: nothing brings them back. */
import type { Job } from "@performer/schema";
import { useEffect, useRef, useState } from "preact/hooks";
import { removeJob } from "../jobs-api.ts";
import { isUnderWay } from "../model/job-facts.ts";

interface RemoveJobProps {
  readonly job: Job;
  /** Of the job, for those who do not see where the button stands. */
  readonly title: string;
  readonly onRemoved: () => void;
}

export function RemoveJob({ job, title, onRemoved }: RemoveJobProps) {
  const [step, setStep] = useState<"offered" | "asked" | "under way">("offered");
  const [fault, setFault] = useState<string | null>(null);
  const yes = useRef<HTMLButtonElement>(null);
  // whoever came by the keyboard goes on where the question stands
  useEffect(() => {
    if (step === "asked") yes.current?.focus();
  }, [step]);
  const remove = async () => {
    setStep("under way");
    try {
      await removeJob(job, new AbortController().signal);
      onRemoved();
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
      setStep("offered");
    }
  };
  const word = isUnderWay(job) ? "Cancel" : "Remove";
  return (
    <div class="save job-remove">
      {step === "offered" ? (
        <button type="button" onClick={() => setStep("asked")}>
          {word}
          <span class="visually-hidden"> {title}</span>
        </button>
      ) : (
        <>
          <span>
            {word === "Cancel" ? "Stop it and drop what is done?" : "Remove it with its result?"}
          </span>
          <button type="button" ref={yes} disabled={step === "under way"} onClick={remove}>
            {word === "Cancel" ? "Stop" : "Remove"}
            <span class="visually-hidden"> {title} for good</span>
          </button>
          <button type="button" disabled={step === "under way"} onClick={() => setStep("offered")}>
            Keep
            <span class="visually-hidden"> {title}</span>
          </button>
        </>
      )}
      {fault !== null && (
        <span class="fault" role="alert">
          {fault}
        </span>
      )}
    </div>
  );
}
