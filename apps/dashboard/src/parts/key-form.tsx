/** Asks for the API key where the server refused a question without one; the page then begins anew. */
import { useState } from "preact/hooks";
import { hasKey, keepKey } from "../api-key.ts";

export function KeyForm() {
  const [key, setKey] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (key.trim() === "") return;
    keepKey(key.trim());
    location.reload();
  };
  return (
    <>
      <p>
        {hasKey() ? "The server does not take the key that was given. " : ""}Who runs it makes one
        with <code>performer keys create NAME</code>. It is kept until this tab is closed.
      </p>
      <form class="field-row" onSubmit={submit}>
        <label class="field">
          <span>API key</span>
          <input
            type="password"
            name="key"
            value={key}
            placeholder="pp_…"
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary">
          Use this key
        </button>
      </form>
    </>
  );
}
