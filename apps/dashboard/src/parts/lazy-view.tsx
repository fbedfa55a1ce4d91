/** A view as a chunk of its own, fetched when its address is first opened. */
import type { FunctionComponent } from "preact";
import { useResource } from "../use-resource.ts";
import { Fault, Loading } from "./notice.tsx";

/** @param name of the view, for people. */
export function lazyView<Props extends object>(
  name: string,
  load: () => Promise<FunctionComponent<Props>>,
): FunctionComponent<Props> {
  let loaded: FunctionComponent<Props> | null = null;
  return function LazyView(props: Props) {
    const { value, error, reload } = useResource(
      // in an object: a function as such would be taken for an update of the state
      async () => {
        loaded ??= await load();
        return { View: loaded };
      },
      { key: name },
    );
    const View = value?.View ?? loaded;
    if (View !== null) return <View {...props} />;
    if (error === null) return <Loading>Opening {name} …</Loading>;
    return <Fault subject={name} error={error} onRetry={reload} />;
  };
}
