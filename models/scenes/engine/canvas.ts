/** Where a scene is drawn, at the inner resolution: colour, nearness and whose pixel it is. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  /** One word a pixel, red lowest. */
  readonly colour: Uint32Array;
  /** 1 ÷ distance along the view; 0 where nothing is. */
  readonly near: Float32Array;
  /** Number of the thing that is seen; 0 for what stands always. */
  readonly ids: Uint16Array;
  /** 255 where ground lies open to shadows. */
  readonly ground: Uint8Array;
}

export function emptyCanvas(width: number, height: number): Canvas {
  const size = width * height;
  return {
    width,
    height,
    colour: new Uint32Array(size),
    near: new Float32Array(size),
    ids: new Uint16Array(size),
    ground: new Uint8Array(size),
  };
}

export function copyCanvas(from: Canvas, to: Canvas): void {
  to.colour.set(from.colour);
  to.near.set(from.near);
  to.ids.set(from.ids);
  to.ground.set(from.ground);
}
