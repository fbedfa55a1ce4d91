export function makeSite(folder: string): Promise<void>;
