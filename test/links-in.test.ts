import { expect, test } from "vitest";
import { linksIn } from "../shared/moderation/links-in.ts";

const LINKS = [
  "https://ejemplo.com/x",
  "entren a www.ejemplo.mx ya",
  "ejemplo.com",
  "EJEMPLO.COM.BR",
  "miren ejemplo[.]com",
  "ejemplo (punto) com",
  "ejemplo punto com",
  "youtu.be/abc",
  "bit.ly/3x",
  "ｅｊｅｍｐｌｏ．com",
  "ejem\u200bplo.com",
];
const CHATS = [
  "discord.gg/lobos",
  "discord . gg / lobos",
  "chat.whatsapp.com/AbC",
  "wa.me/5255",
  "t.me/lobos",
  "discord gg lobos",
];
const CODES = ["3CD4F-6HJ7K", "usen 3cd4f6hj7k", "código: 3CD4F 6HJ7K."];
const NONE = [
  "hola a todos",
  "vamos.me voy",
  "listo...ya",
  "son 2.5 mil",
  "kkkkkkkkkk",
  "jajaja 33333 33333",
  "nivel 7/10, quedamos 3-4",
  "9367493647",
  "el t.p. es 5.3/1.2",
  "no/sí",
  "14.00 o 14:30",
];

test("[MO19] addresses and codes are found however they are written, and nothing else is", () => {
  for (const text of LINKS) expect(linksIn(text), text).toEqual({ link: true, invitation: false });
  for (const text of CHATS) expect(linksIn(text), text).toEqual({ link: true, invitation: true });
  for (const text of CODES) expect(linksIn(text), text).toEqual({ link: false, invitation: true });
  for (const text of NONE) expect(linksIn(text), text).toEqual({ link: false, invitation: false });
  const own = "https://juego.example/i/";
  expect(linksIn("entra: https://juego.example/i/3CD4F6HJ7K", own)).toEqual({ link: false, invitation: true });
  expect(linksIn("https://juego.example/i/x y otro.com", own)).toEqual({ link: true, invitation: true });
});
