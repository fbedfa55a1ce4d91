/** Starts the dashboard in #app. */
import "./zod-without-eval.ts";
import "./styles/theme.css";
import "./styles/layout.css";
import "./styles/parts.css";
import "./styles/views.css";
import "./styles/jobs.css";
import { render } from "preact";
import { App } from "./app.tsx";

const root = document.getElementById("app");
if (root === null) throw new Error("main: expected an element #app in the page, got none");
render(<App />, root);
