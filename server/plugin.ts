/** What a studio's own Colyseus process imports, as `gremio/plugin`: see docs/chat-plugin.md. */
export { type OpenChat, type OpenChatOptions, openChat } from "./chat/open-chat.ts";
export { ChatPlugin, type ChatPluginOptions, type RoomPlayer } from "./rooms/chat-plugin.ts";
