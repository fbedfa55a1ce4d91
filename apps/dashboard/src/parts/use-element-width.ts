/** The width that the page gives an element: charts are drawn to it, so that their text keeps its size. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Redraws below this change are not worth their cost. */
const STEP_PX = 8;

/** @returns a ref for the element, and its width in px rounded down to 8; 0 until it is laid out. */
export function useElementWidth<Box extends HTMLElement>(): [RefObject<Box | null>, number] {
  const ref = useRef<Box>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = () => setWidth(Math.floor(element.clientWidth / STEP_PX) * STEP_PX);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
