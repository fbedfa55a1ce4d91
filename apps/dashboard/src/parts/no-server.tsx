/** In place of a view of what a server does, on a page that lies on a web host without one. */
import { Command, Notice } from "./notice.tsx";

interface NoServerProps {
  readonly title: string;
  /** Where to start one: "that trains". */
  readonly machine: string;
}

export function NoServer({ title, machine }: NoServerProps) {
  return (
    <Notice title={title}>
      <p>This page lies on a web host without one. On the machine {machine}:</p>
      <Command>npm run performer -- serve</Command>
    </Notice>
  );
}
