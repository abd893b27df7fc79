import type { CommandAnswer, CommandInput } from "../shared/commands.ts";

/** Commands that wait in the outbox: each has a nonce, is done once, and is answered by the entry written for it. */
export type PostedCommand = "send" | "announce" | "sticker" | "phrase" | "edit" | "delete" | "pin";
export type Receipt = CommandAnswer<"send">;

export type Post = {
  readonly command: PostedCommand;
  /** Left out: the outbox makes one. */
  readonly nonce?: string | undefined;
  /** The words, of commands that have some. */
  readonly text?: string;
  /** One try, with the nonce and the cleaned words. Rejects with `Refused`, or with anything else when the outcome is unknown. */
  transmit(own: { nonce: string; text: string }): Promise<Receipt>;
};

type Options<N extends PostedCommand, Part extends keyof CommandInput<N>> = Pick<CommandInput<N>, Part> & {
  nonce?: string;
};
/** What a message answers (a seq) and whom it calls; a nonce of the caller's own. */
export type SayOptions = Options<"send", "reply" | "mentions">;
export type TapOptions = Options<"sticker", "reply">;

type Ask = <N extends PostedCommand>(command: N, input: CommandInput<N>) => Promise<Receipt>;

/** Everything a member can post, over `ask`. */
export const makePosts = (ask: Ask) => ({
  send: (text: string, { nonce, ...more }: SayOptions): Post => ({
    ...{ command: "send", nonce, text },
    transmit: (own) => ask("send", { ...more, ...own }),
  }),
  announce: (text: string, { nonce, ...more }: SayOptions): Post => ({
    ...{ command: "announce", nonce, text },
    transmit: (own) => ask("announce", { ...more, ...own }),
  }),
  sticker: (pack: string, sticker: string, { nonce, ...more }: TapOptions): Post => ({
    ...{ command: "sticker", nonce },
    transmit: (own) => ask("sticker", { ...more, pack, sticker, nonce: own.nonce }),
  }),
  phrase: (phrase: string, params: Record<string, string>, { nonce, ...more }: TapOptions): Post => ({
    ...{ command: "phrase", nonce },
    transmit: (own) => ask("phrase", { ...more, phrase, params, nonce: own.nonce }),
  }),
  edit: (seq: number, text: string): Post => ({
    ...{ command: "edit", text },
    transmit: (own) => ask("edit", { seq, ...own }),
  }),
  delete: (seq: number): Post => ({
    command: "delete",
    transmit: ({ nonce }) => ask("delete", { nonce, seq }),
  }),
  pin: (seq: number, on: boolean): Post => ({
    command: "pin",
    transmit: ({ nonce }) => ask("pin", { nonce, seq, on }),
  }),
});
