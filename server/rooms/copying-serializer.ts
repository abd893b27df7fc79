import { SchemaSerializer } from "@colyseus/core";
import type { Encoder, Iterator, Schema, StateView } from "@colyseus/schema";

/**
 * Colyseus hands the transport a view of the encoder's one shared buffer; a client whose line is full still holds it when the next patch overwrites it, and gets a
 * corrupt state. After this every patch and every full state is copied once, before it is sent to all. What is filtered for a view is a copy already.
 */
export const copyPatches = (encoder: Pick<Encoder, "encode" | "encodeAll">): void => {
  const encode = encoder.encode.bind(encoder);
  const encodeAll = encoder.encodeAll.bind(encoder);
  encoder.encode = (iterator?: Iterator, view?: StateView, buffer?: Uint8Array, initialOffset?: number) => {
    const bytes = encode(iterator, view, buffer, initialOffset);
    return view === undefined ? Uint8Array.from(bytes) : bytes;
  };
  encoder.encodeAll = (iterator?: Iterator, buffer?: Uint8Array) => Uint8Array.from(encodeAll(iterator, buffer));
};

/**
 * Colyseus' own 16 KB for a full state are too few for a full guild and stay so: it would be encoded twice, with a warning, whenever somebody joins. What is in here is
 * copied before another room is encoded.
 */
const roomForAnyState = new Uint8Array(256 * 1024);

/** See `copyPatches`. For states without views. */
export class CopyingSerializer<T extends Schema> extends SchemaSerializer<T> {
  protected override fullEncodeBuffer = roomForAnyState;

  override reset(state: T): void {
    super.reset(state);
    copyPatches(this.encoder);
  }
}
