/** What composing a notice takes beside its entry, in a test that is about something else. */
export const noticeFacts = {
  ...({ tag: "guild:g1#1.7", about: "announcement", importance: "important" } as const),
  ...{ quietly: false, why: "away", more: 0 },
};
