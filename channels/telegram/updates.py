"""What an update means to us. Pure: Telegram's JSON in, a `Note` out, with nothing in it that we do not need.

Names, user names and numbers of contacts are dropped here, before anything is stored.
"""
from __future__ import annotations

import dataclasses
import json
from typing import Any

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.ext import filters

# What Telegram is asked to send. Whatever else comes is read as well, and gets no reply.
WANTED = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]
HERE = frozenset({ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.OWNER, ChatMemberStatus.RESTRICTED})
NEEDED = ("message_id", "chat", "from", "text", "caption", "media_group_id")
LARGEST = 2**63 - 1


@dataclasses.dataclass(frozen=True)
class Note:
    """One update that concerns us.

    `kind` is text, caption (text with something we cannot read), media (only that), edit, press (of a button), left, back
    (unblocked) or group. `text` is what was written, or the title of the button.
    """

    update: int
    kind: str
    chat: int
    message: int = 0
    text: str = ""
    query: str = ""  # of a press, to be acknowledged
    data: str = ""  # of a press
    album: str = ""  # several media sent at once share it

    def pack(self) -> str:
        """As text, to be sealed."""
        return json.dumps(dataclasses.asdict(self))


def unpack(packed: str) -> Note:
    """A note from its text."""
    return Note(**json.loads(packed))


def read(raw: Any) -> Note | None:
    """What an update means, or None where it is not for us: other kinds, channels, bots, broken shapes. Never raises."""
    for shape in (raw, essentials(raw)):
        try:
            update = Update.de_json(shape, None)
            return note_of(update) if whole(update.update_id) else None
        except Exception:
            # The library trusts Telegram's shapes and raises whatever it stumbles on, in parts that we never look at too.
            continue
    return None


def essentials(raw: Any) -> Any:
    """The update without the parts that we do not look at, so that none of them can keep a person's words from us."""
    if not isinstance(raw, dict):
        return raw
    kept: dict[str, Any] = {"update_id": raw.get("update_id")}
    for kind in ("message", "edited_message"):
        if isinstance(raw.get(kind), dict):
            kept[kind] = {"date": 0, **{key: raw[kind][key] for key in NEEDED if key in raw[kind]}}
    query = raw.get("callback_query")
    if isinstance(query, dict) and isinstance(query.get("message"), dict):
        shown = {key: query["message"][key] for key in ("message_id", "chat") if key in query["message"]}
        kept["callback_query"] = {"chat_instance": "", **{key: query.get(key) for key in ("id", "from", "data")}, "message": {**shown, "date": 0}}
    return kept


def note_of(update: Update) -> Note | None:
    """The note of a parsed update."""
    if update.message is not None:
        return of_message(update.update_id, update.message)
    if update.edited_message is not None:
        note = of_message(update.update_id, update.edited_message)
        return dataclasses.replace(note, kind="edit") if note and note.kind in ("text", "caption") else None
    if update.callback_query is not None:
        return of_press(update.update_id, update.callback_query)
    return of_member(update.update_id, update.my_chat_member) if update.my_chat_member is not None else None


def of_message(number: int, message: Message) -> Note | None:
    """The note of a message: in private its words or that it holds none, in a group only where it came from."""
    chat = message.chat.id
    if not whole(chat) or message.from_user is not None and message.from_user.is_bot:
        return None
    if message.chat.type in (ChatType.GROUP, ChatType.SUPERGROUP):
        return Note(number, "group", chat)
    if message.chat.type != ChatType.PRIVATE or chat <= 0 or not whole(message.message_id):
        return None
    text = message.text or message.caption
    if isinstance(text, str) and text.strip():
        return Note(number, "text" if message.text else "caption", chat, message.message_id, text)
    if filters.StatusUpdate.ALL.check_update(Update(number, message=message)):
        return None
    return Note(number, "media", chat, message.message_id, album=str(message.media_group_id or ""))


def of_press(number: int, query: CallbackQuery) -> Note | None:
    """The note of a pressed button; its title is read from the keyboard that Telegram sends along."""
    message = query.message
    if message is None or message.chat.type != ChatType.PRIVATE or not whole(message.chat.id) or message.chat.id <= 0:
        return None
    if not isinstance(query.data, str) or not query.data or not isinstance(query.id, str) or not whole(message.message_id):
        return None
    markup = message.reply_markup if isinstance(message, Message) else None
    titles = (button.text for row in markup.inline_keyboard for button in row if button.callback_data == query.data) if markup else ()
    title = next(iter(titles), "")
    return Note(number, "press", message.chat.id, message.message_id, title, query=query.id, data=query.data)


def of_member(number: int, change: ChatMemberUpdated) -> Note | None:
    """The note of a change of the bot's own place in a chat."""
    chat, here = change.chat, change.new_chat_member.status in HERE
    if not whole(chat.id):
        return None
    if chat.type == ChatType.PRIVATE and chat.id > 0:
        return Note(number, "back" if here else "left", chat.id)
    return Note(number, "group", chat.id) if here and chat.type in (ChatType.GROUP, ChatType.SUPERGROUP) else None


def whole(number: Any) -> bool:
    """Whether this is a whole number that Telegram could have given."""
    return isinstance(number, int) and not isinstance(number, bool) and -LARGEST <= number <= LARGEST
