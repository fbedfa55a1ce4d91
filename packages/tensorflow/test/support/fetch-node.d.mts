export declare const NODE_RELEASES: Readonly<Record<"22.23.3" | "24.21.0", string>>;
export declare const nodeReleasesReason: string | null;
export declare function ensureNode(
  version: keyof typeof NODE_RELEASES,
  root?: string,
): Promise<string>;
export declare function ensureNodeReleases(): Promise<string[]>;
