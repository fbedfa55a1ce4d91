/**
 * Tells zod not to try `new Function`: under the page's `script-src 'self'` each try is reported as a
 * violation. Schemas read this when they are made, so main.tsx imports it before all else.
 */
import { config } from "zod";

config({ jitless: true });
