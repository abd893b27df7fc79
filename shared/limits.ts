/** Limits that are part of the protocol: clients may rely on them, so they are raised but never lowered. */
export const LIMITS = {
  /** Longest text of a message, in Unicode code points. */
  textLength: 500,
  /** How long after writing a message may be edited. */
  editMs: 15 * 60 * 1000,
  /** Members one message may call by name. */
  mentions: 10,
  pins: 10,
  /** Different reactions to an entry, and those of one member. */
  reactionKinds: 20,
  reactionsEach: 5,
  /** Longest parameter of a quick phrase, in Unicode code points. */
  phraseParamLength: 100,
  /** Quick phrases of the studio's own. */
  studioPhrases: 500,
  /** Packs of stickers a player may own, besides those that are free. */
  packs: 200,
  /** Most entries a page of history or one resume answer holds. */
  pageEntries: 200,
  /** Longest time between two messages that slow mode may ask for. */
  slowModeMs: 60 * 60 * 1000,
  /** Longest frame a client may send, in bytes; a longer one closes the connection (WebSocket close 1009). */
  frameBytes: 16 * 1024,
  /** Longest body of an HTTP request, in bytes. */
  bodyBytes: 64 * 1024,
  /** Channels a player's preferences set apart. */
  channelPreferences: 200,
  /** Longest time do not disturb, or the snooze of a channel, lasts from when it is set. */
  holdMs: 366 * 24 * 60 * 60 * 1000,
  /** Studio fields of a profile. */
  profileFields: 6,
  profileFieldBytes: 256,
  /** Members of a guild that nobody gave more or fewer places, where the operator settled nothing else. */
  guildMembers: 100,
  /** Most places a guild can have. */
  guildCapacity: 5_000,
  /** Members whom a guild's synced state shows: the leader, officers, then the first by number. */
  rosterMembers: 200,
  /** Guilds a player waits for an answer of, and how many may wait for one guild's. */
  requests: 5,
  guildRequests: 200,
  /** How long a request or an invitation of a player stands. */
  invitedMs: 7 * 24 * 60 * 60 * 1000,
  /** Invitations and codes a member makes a day. */
  invitationsPerDay: 50,
  /** Codes of a guild that can be used. */
  codes: 50,
  /** Players who are banned from a guild. */
  bans: 1_000,
  teamMembers: 40,
  /** Teams a player joins or makes himself; the game's backend puts him into more. */
  teams: 10,
  /** Teams a player makes within 24 h. */
  teamsMade: 50,
  /** How long an invitation into a team stands. */
  teamInvitedMs: 2 * 60 * 60 * 1000,
  /** Players one player invites into teams within an hour. */
  teamInvitations: 60,
  /** Different codes of teams a player tries within so long. */
  teamCodesTried: 10,
  teamCodesTriedMs: 10 * 60 * 1000,
  /** Parties of a guild or circle at once, of these of one host, and those a player is shown. */
  parties: 30,
  partiesHosted: 2,
  partiesListed: 50,
  /** Most members of a circle, and of a bare team channel where the game's backend makes it so large. */
  groupMembers: 5_000,
  /** Circles one player founds within so long. */
  circlesFounded: 3,
  guildsFounded: 3,
  foundedMs: 30 * 24 * 60 * 60 * 1000,
  /** Channels of a player besides his guild's. */
  channels: 50,
  /** Devices of a player; the one longest unused gives way. */
  devices: 5,
  /** Players one player may have blocked. */
  blocks: 500,
  /** How far ahead the expected end of a match may be that a player is said to be in. */
  matchMs: 3 * 60 * 60 * 1000,
  /** Players whose phones alone are told of what the game's backend says. */
  toldOnly: 500,
  /** For how long what the game's backend says may be worth telling phones. */
  toldMs: 7 * 24 * 60 * 60 * 1000,
  /** How far ahead a mute in a channel may end. */
  muteMs: 30 * 24 * 60 * 60 * 1000,
  /** Longest reason of an act, and longest text of a report, in characters. */
  reasonLength: 300,
  /** Reports of one player within 24 h. */
  reportsPerDay: 20,
  /** How long a nonce is remembered at least. */
  nonceKeptMs: 24 * 60 * 60 * 1000,
  /** How long an idempotency key of a movement is remembered at least. */
  movementKeyKeptMs: 90 * 24 * 60 * 60 * 1000,
} as const;
