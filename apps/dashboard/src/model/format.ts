/** Numbers as the dashboard writes them: short, aligned, with their units. */

const GROUPED = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

/** 1234 → "1,234". */
export const formatCount = (value: number): string => GROUPED.format(value);

/** 4_700_000 → "4.7M". */
export const formatCompact = (value: number): string => COMPACT.format(value);

/** 0.3158 → "31.6 %". */
export const formatShare = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Perplexity to two decimals, one from 100. */
export const formatPerplexity = (value: number): string => value.toFixed(value < 100 ? 2 : 1);

/** A correlation: "0.80", "−0.12", or "undefined" where there is none. */
export const formatCorrelation = (value: number | null): string =>
  value === null ? "undefined" : formatSigned(value);

function formatSigned(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return value < 0 && text !== "0.00" ? `−${text}` : text;
}

/** A substitution score with its sign: "+3", "0", "−4". */
export const formatScore = (score: number): string =>
  score > 0 ? `+${score}` : String(score).replace("-", "−");

/** A p value that a permutation test can stand for: never 0. */
export const formatP = (p: number): string => (p < 0.001 ? "< 0.001" : p.toFixed(3));

/** 95 → "1 min 35 s", 3400 → "56 min"; no more than two units. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 10) return `${minutes} min ${pad(whole % 60)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${pad(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const pad = (value: number): string => String(value).padStart(2, "0");

/** "Nov 25, 01:59", in the reader's time zone. */
export function formatTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return time.toLocaleString("en", {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
}

/** 9_586_994 → "9.6 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
