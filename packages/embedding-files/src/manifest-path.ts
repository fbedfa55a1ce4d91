/** Where the manifest of an output lies: beside it, under a name that says whose it is. */
export const manifestPath = (output: string) => `${output}.manifest.json`;
