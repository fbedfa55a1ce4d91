/**
 * helmet with a content security policy for the dashboard: everything from this server, its worker
 * included, WebAssembly allowed for tfjs, inline styles for charts. No HTTPS is demanded: the server speaks plain HTTP on
 * the loopback address, and a proxy in front of it may add its own.
 */
import type { RequestHandler } from "express";
import helmet from "helmet";

export const securityHeaders = (): RequestHandler =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "data:"],
        workerSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false,
  });
