/** The API key of a server that asks for one: kept for this tab, sent with every question, never in an address. */

const NAME = "performer api key";

/** Header of every question; none before a key was given. */
export function authorization(): { readonly authorization?: string } {
  const key = sessionStorage.getItem(NAME);
  return key === null ? {} : { authorization: `Bearer ${key}` };
}

export const keepKey = (key: string): void => sessionStorage.setItem(NAME, key);

export const hasKey = (): boolean => sessionStorage.getItem(NAME) !== null;
