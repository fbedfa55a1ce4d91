/**
 * Numbers as figures and tables write them: three significant digits, thousands apart, and powers of ten
 * only where the decimals would not be read. What knows its unit better (a dashboard's percentages) formats by itself.
 */
import { format } from "d3";

/** From here to there as decimals. */
const DECIMAL = { from: 1e-3, to: 1e6 } as const;

export interface NumberTextOptions {
  /** Significant digits; 3 without. */
  readonly digits?: number;
  /** Zeros at the end are kept where they say how exact a number is, as in a column: 2.00. */
  readonly keepZeros?: boolean;
}

/** 1383.4 → "1,380", 0.05 → "0.05", 12 → "12", 8.04e-7 → "8.04 × 10⁻⁷". */
export function numberText(
  value: number,
  { digits = 3, keepZeros = false }: NumberTextOptions = {},
): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (!Number.isFinite(value)) return String(value).replace("-", "−");
  const significant = format(keepZeros ? `,.${digits}r` : `,.${digits}~r`);
  if (size >= DECIMAL.from && size < DECIMAL.to) return significant(value);
  // rounded first: 9.996 × 10⁻⁴ has the exponent of 10 × 10⁻⁴
  const exponent = Math.floor(Math.log10(Number(size.toPrecision(digits))) + 1e-9);
  const factor = significant(value / 10 ** exponent);
  return `${factor === "1" ? "" : `${factor} × `}10${superscript(exponent)}`;
}

/** 65536 → "65,536": a count, whole. */
export const countText: (value: number) => string = format(",d");

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const superscript = (exponent: number): string =>
  [...String(exponent)].map((sign) => SUPERSCRIPTS[Number(sign)] ?? "⁻").join("");
