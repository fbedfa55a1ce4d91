/** jsdom has no canvas: a 2D context that remembers the image put on it and swallows the rest. */

const images = new WeakMap<HTMLCanvasElement, ImageData>();

/** Gives every canvas of the page such a context; returns what takes it away again. */
export function installFakeCanvas(view: Window & typeof globalThis): () => void {
  const prototype = view.HTMLCanvasElement.prototype;
  const original = prototype.getContext;
  prototype.getContext = function (this: HTMLCanvasElement) {
    const methods: Record<string, unknown> = {
      canvas: this,
      createImageData: (width: number, height: number) => ({
        width,
        height,
        data: new Uint8ClampedArray(width * height * 4),
      }),
      putImageData: (image: ImageData) => images.set(this, image),
      measureText: (text: string) => ({ width: 6 * text.length }),
    };
    return new Proxy(methods, {
      get: (target, name) => (name in target ? target[String(name)] : () => {}),
    });
  } as unknown as typeof original;
  return () => {
    prototype.getContext = original;
  };
}

/** Red, green, blue, alpha of a pixel of what was put on the canvas. */
export function pixelOf(canvas: HTMLCanvasElement, row: number, column: number): number[] {
  const image = images.get(canvas);
  if (!image) throw new Error("pixelOf: expected a painted canvas, got one without an image");
  const offset = 4 * (row * image.width + column);
  return [...image.data.slice(offset, offset + 4)];
}
