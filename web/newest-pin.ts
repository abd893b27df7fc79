/** How far from its end a chat still counts as showing it, in pixels. */
const NEAR_PX = 40;

const pinnedSizes = new WeakMap<Element, string>();

const sizeOf = ({ clientWidth, clientHeight, scrollHeight }: Element): string =>
  [clientWidth, clientHeight, scrollHeight].join();

/** Keeps a chat at its newest line. */
export const newestPin = {
  pin: (chat: Element): void => {
    chat.scrollTop = chat.scrollHeight;
    pinnedSizes.set(chat, sizeOf(chat));
  },

  /** Whether, after it scrolled, it still shows its newest line or shall: when its size changed too, it was not the reader who moved it. */
  isPinned: (chat: Element, wasPinned: boolean): boolean => {
    const isNear = chat.scrollHeight - chat.scrollTop - chat.clientHeight < NEAR_PX;
    return isNear || (wasPinned && pinnedSizes.get(chat) !== sizeOf(chat));
  },
};
