/** What no trace knows, and how it is made up; said beside every result. */
export const MODELLED: readonly string[] = [
  "Presence, reading, phones, quiet hours, silent readers and matches are modelled in every world; a trace knows only who said what when, and whom he named. Of a trace, people are there around what they said.",
  "A player looks at the chat, does other things in the lobby, is in a match or away from a running game; sessions follow the hours of his own zone. Who looks reads after some seconds, who is in the lobby notices some of what is meant for him, in a match nobody reads.",
  "A push leads him to the chat or not: likelier when it is important to him, less at night and in a match, and less the more pushes he got in the last day.",
  "Noise is how often it happens that an idle screen looks present (some report as read whatever comes), that a cut line looks alive for 60 to 120 s, that an end is told 2 to 10 min late, and that heartbeats are lost for 30 to 90 s.",
  "Important is what the player cares for, drawn for each matter with a likelihood that follows from its structure (a call by name, a reply, an attack on him), so that some calls are not important and some plain talk is; in a trace, what names him among at most three people and what he answered within ten minutes. No policy's rule is used for it.",
  "Each player has one phone that works, without a line now and then; nobody has changed a setting but quiet hours (six of ten have some; three of ten let attacks through). Sending takes no time and nothing fails. Baselines have no quiet hours: their violations are what players would have to set up by themselves.",
  "The game's own notices (attacks, wars) are to the baselines what they would be there: a mention by a bot of everybody concerned. Announcements are a mention of all.",
];
