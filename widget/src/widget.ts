// <mooring-chat>: put this script on a page and the element where the chat should be. See widget/README.md.
import { MooringChat } from "./chat.js";

if (!customElements.get("mooring-chat")) customElements.define("mooring-chat", MooringChat);
