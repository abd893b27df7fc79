import { SchemaSerializer } from "@colyseus/core";
import type { Iterator, Schema, StateView } from "@colyseus/schema";

/**
 * Colyseus hands the transport a view of the encoder's one shared buffer; a client whose line is full still holds it when the next patch overwrites it, and gets a
 * corrupt state. Here every patch and every full state is copied once, before it is sent to all.
 */
export class CopyingSerializer<T extends Schema> extends SchemaSerializer<T> {
  override reset(state: T): void {
    super.reset(state);
    const { encoder } = this;
    const encode = encoder.encode.bind(encoder);
    const encodeAll = encoder.encodeAll.bind(encoder);
    encoder.encode = (iterator?: Iterator, view?: StateView, buffer?: Uint8Array, initialOffset?: number) => {
      const bytes = encode(iterator, view, buffer, initialOffset);
      return view === undefined ? Uint8Array.from(bytes) : bytes;
    };
    encoder.encodeAll = (iterator?: Iterator, buffer?: Uint8Array) => Uint8Array.from(encodeAll(iterator, buffer));
  }
}
