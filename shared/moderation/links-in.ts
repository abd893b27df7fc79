/** What of a text leads elsewhere. */
export type Leads = Readonly<{
  /** An address of the web. */
  link: boolean;
  /** A guild's code or link, or an address that leads into a chat elsewhere. */
  invitation: boolean;
}>;

/** Endings that no word follows a full stop like: they make an address by themselves. Others do with a path, `www.` or `https://`. */
const ENDINGS = "com|net|org|gg|xyz|io|ly|tk|ru|biz|link|app";
const SCHEME = /\b(?:https?|ftp):\/\/\S|\bwww\.\S/;
const BARE = new RegExp(`[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.(?:${ENDINGS})(?![a-z0-9-])`);
const WITH_PATH = /[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.[a-z]{2,12}\/\S/;

/** Chats elsewhere, also with blanks around the full stop. */
const CHATS = [
  String.raw`discord(?:app)?\s*\.?\s*(?:gg\b|com\s*/\s*invite)`,
  String.raw`dsc\s*\.\s*gg\b`,
  String.raw`chat\s*\.\s*whatsapp\s*\.\s*com`,
  String.raw`(?:api\s*\.\s*)?whatsapp\s*\.\s*com\s*/`,
  String.raw`\bwa\s*\.\s*(?:me|link)\b`,
  String.raw`\bt\s*\.\s*me\s*/`,
  String.raw`telegram\s*\.\s*(?:me|dog)\b`,
  String.raw`signal\s*\.\s*group\b`,
  String.raw`join\s*\.\s*skype\s*\.\s*com`,
];
const ELSEWHERE = new RegExp(CHATS.join("|"));

/** Ten letters and digits of codes (see ../invitation.ts), as they are shown or written together. */
const CODE = /(?<![a-z0-9])[34679cdfhjkmnpqrtvwxy]{5}[ -]?[34679cdfhjkmnpqrtvwxy]{5}(?![a-z0-9])/g;
/** What people laugh or write at random is none: a code has letters and digits, and hardly any of them thrice. */
const isCode = (text: string): boolean => {
  const letters = text.replaceAll(/[ -]/g, "");
  return /[a-z]/.test(letters) && /\d/.test(letters) && new Set(letters).size > 4;
};

/** A full stop written so that programs do not see it. */
const HIDDEN_STOP =
  /\s*[([{]\s*(?:\.|dot|punto|ponto)\s*[)\]}]\s*|\s+(?:dot|punto|ponto)\s+(?=(?:com|gg|net|org|me)\b)/g;

const MAYBE = /[./\u2024\uff0e\uff0f]|dot|punto|ponto|discord/i;
const HAS_DIGIT = /[34679]/;

/** `ownPrefix`: how links to the guilds of this game begin, which are invitations and no links. */
export const linksIn = (text: string, ownPrefix?: string): Leads => {
  if (!MAYBE.test(text) && !HAS_DIGIT.test(text)) return NOWHERE;
  let plain = text
    .normalize("NFKC")
    .replaceAll(/\p{Cf}/gu, "")
    .toLowerCase()
    .replaceAll(HIDDEN_STOP, ".");
  const own = ownPrefix?.toLowerCase();
  const isOwn = own !== undefined && own !== "" && plain.includes(own);
  if (isOwn)
    plain = plain
      .split(own)
      .map((part, index) => (index === 0 ? part : part.replace(/^\S*/, "")))
      .join(" ");
  const elsewhere = ELSEWHERE.test(plain);
  const hasCode = HAS_DIGIT.test(plain) && (plain.match(CODE) ?? []).some(isCode);
  return {
    link: elsewhere || SCHEME.test(plain) || BARE.test(plain) || WITH_PATH.test(plain),
    invitation: elsewhere || isOwn || hasCode,
  };
};

const NOWHERE: Leads = { link: false, invitation: false };
