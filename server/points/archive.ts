/**
 * Where segments of books lie for ever. Names are paths with `/`, of A-Z a-z 0-9 _ . - and %. A name's text never changes, so writing it twice is writing it once.
 * All processes must see the same one: what one wrote, any may be asked to read.
 */
export type Archive = {
  /** When it returns, the text is there whole and survives the loss of power; when it throws, it is there whole or not at all. */
  put(name: string, text: string): Promise<void>;
  get(name: string): Promise<string | undefined>;
  /** All names that begin with this folder (`a/b/`, or `` for all), in no order. */
  list(folder: string): AsyncIterable<string>;
};
