/** The route as a hook: re-renders when the hash changes. */
import { useEffect, useState } from "preact/hooks";
import { parseRoute, type Route, type ViewName } from "./route.ts";

/** @param fallback the view of an address that names none. */
export function useRoute(fallback: ViewName): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash, fallback));
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash, fallback));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [fallback]);
  return route;
}
