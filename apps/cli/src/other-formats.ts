/** Forms of a model that are not this project's own: known before anything heavy is loaded. */
export const OTHER_FORMATS = ["saved-model", "tfjs", "safetensors"] as const;
export type OtherFormat = (typeof OTHER_FORMATS)[number];
