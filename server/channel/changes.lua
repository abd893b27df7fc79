-- Changes to entries. The log is immutable: what an entry is read as now lies beside it and is merged by whoever reads; that it changed is told by an entry.
-- Parts of the owner (see channel.lua):
--   changes     hash  seq -> JSON: {"body": …, "at": ms} edited, or {"by": member's number} deleted
--   gone        zset  deleted countable entries, by seq: they are not unread
--   reactions   hash  seq -> JSON {"v": version, "c": {emoji: how many}, "t": when the last one came, in ms}
--   reacted     hash  '<seq>:<member number>' -> his emoji, separated by spaces
--   pins        zset  pinned seqs, by when they were pinned

-- A member who may write at this moment; else nil and the refusal.
local function writer(owner, player, now)
  local record = redis.call('HGET', owner .. 'members', player)
  if not record then return nil, { 'not-member' } end
  local member = cjson.decode(record)
  if member.mutedUntil and member.mutedUntil > now then return nil, { 'muted', member.mutedUntil } end
  return member
end

-- Writes the entry that tells of a change, and keeps its nonce and the print of what was asked.
local function tell_change(owner, bucket, channel, state, entry, nonce, print, now)
  write_entry(owner, bucket, channel, state, entry)
  keep_nonce(owner, entry.from .. ':' .. nonce, print, state, now)
  return { 'ok', state.epoch, state.head, state.at, 0 }
end

-- A guild's mail waits for nobody any more. Its row stays, since it counts for how many may be sent.
local function take_mail(owner, id)
  local stored = redis.call('HGET', owner .. 'mails', id)
  if not stored then return end
  local mail = cjson.decode(stored)
  mail.title, mail.text, mail.gone = '', '', true
  redis.call('HSET', owner .. 'mails', id, cjson.encode(mail))
end

local take_content
do
  local KIND_CARD, KIND_MAIL = 10, 18
  local KIND_EDIT, KIND_DELETED, KIND_PIN = '11', '12', '13'

  -- An entry of the log that was not deleted with all its author's, or nil: [seq, epoch, at, kind, from, count, body].
  local function entry_at(owner, seq)
    local row = redis.call('XRANGE', owner .. 'log', seq .. '-0', seq .. '-0')[1]
    if not row then return nil end
    local purged = purged_among(owner, { row[2][2] })
    if not purged or not purged[1] then return cjson.decode(row[2][2]) end
  end

  local function change_of(owner, seq)
    local change = redis.call('HGET', owner .. 'changes', seq)
    return change and cjson.decode(change)
  end

  -- cjson would round large numbers, and nobody could read the entry any more.
  local function numbers_json(list)
    local numbers = {}
    for index, number in ipairs(list) do numbers[index] = int(number) end
    return '[' .. table.concat(numbers, ',') .. ']'
  end

  -- Whom a message calls.
  local function mentions_json(mentions)
    local parts = {}
    if mentions.players then parts[1] = '"players":' .. numbers_json(mentions.players) end
    if mentions.groups then parts[#parts + 1] = '"groups":' .. cjson.encode(mentions.groups) end
    if mentions.fighters then
      parts[#parts + 1] = '"fighters":{"of":' .. cjson.encode(mentions.fighters.of) .. ',"numbers":' .. numbers_json(mentions.fighters.numbers) .. '}'
    end
    return '{' .. table.concat(parts, ',') .. '}'
  end

  -- The body of an edited entry: the new words (`marks`: '' none), with whatever else the old one said.
  local function edited_body(old, words, marks)
    if type(old) ~= 'table' then
      if marks == '' then return words end
      old = {}
    end
    return '{"text":' .. words .. (marks ~= '' and ',"marks":' .. marks or '') .. (old.reply and ',"reply":' .. int(old.reply) or '') .. (old.mentions and ',"mentions":' .. mentions_json(old.mentions) or '') .. '}'
  end

  -- channel_edit: other words for an entry of one's own.
  -- ARGV: 1 channel, 2 author, 3 nonce, 4 seq, 5 new words (a JSON string), 6 how long after writing this may be done (ms), 7 kinds that may be edited (',1,2,'),
  --       8 entries to keep, 9 print of what is asked, 10 limits of its pace ('' none, see pace.lua): an edit costs what a message does,
  --       11 print of the new words, 12 marks of what is in them ('' none; JSON), 13 by which rules they were judged, as in channel_append, 14 what they are refused
  --       with by those ('' nothing)
  -- Reply: {'ok', epoch, seq, at, repeated} of the entry that tells of it
  -- Errors: {'not-member'}, {'key-reused'}, {'muted', until}, {'listener'}, {'rules-changed', version, rules}, {ARGV 14}, {code in ARGV 13}, {'entry-not-found'}, {'not-permitted'},
  --         {'edit-too-late'}, {code of check_pace, retry at}
  command('channel_edit', function(keys, argv)
    local owner, bucket, channel, author = keys[1], keys[2], argv[1], argv[2]
    local now = now_ms()
    local number = redis.call('HGET', owner .. 'numbers', author)
    if not number then return { 'not-member' } end
    local first = first_result(owner, number .. ':' .. argv[3], argv[9], now)
    if first then return first end
    local member, refusal = writer(owner, author, now)
    if not member then return refusal end
    if listens(member) then return { 'listener' } end
    local changed = rules_changed(owner, argv[13])
    if changed then return changed end
    local unfit = argv[14] ~= '' and argv[14] or rules_refusal(member.rank, argv[13])
    if unfit then return { unfit } end
    local entry = entry_at(owner, argv[4])
    if not entry or not string.find(argv[7], ',' .. int(entry[4]) .. ',', 1, true) then return { 'entry-not-found' } end
    if int(entry[5]) ~= number then return { 'not-permitted' } end
    local change = change_of(owner, argv[4])
    if change and change.by then return { 'entry-not-found' } end
    if now - entry[3] > tonumber(argv[6]) then return { 'edit-too-late' } end
    local code, retry_at, pace = check_pace(owner, author, member.rank, number, argv[3], now, argv[10], argv[11])
    if code then return { code, retry_at } end

    local state = open_channel(owner, bucket, channel)
    local edited = edited_body(entry[7], argv[5], argv[12])
    local body = '{"seq":' .. argv[4] .. ',"body":' .. edited .. '}'
    local told = { kind = KIND_EDIT, from = number, body = body, countable = 0, keep = argv[8] }
    local reply = tell_change(owner, bucket, channel, state, told, argv[3], argv[9], now)
    if pace then keep_pace(owner, pace) end
    redis.call('HSET', owner .. 'changes', argv[4], '{"body":' .. edited .. ',"at":' .. int(state.at) .. '}')
    return reply
  end)

  -- What is said in these ways makes a notice only if it calls or answers somebody: text, stickers, phrases.
  local SAID = { [1] = true, [8] = true, [9] = true }

  -- An entry that may have been pushed by itself leaves the screens.
  local function take_off_screens(owner, seq, entry)
    local body = entry[7]
    if SAID[entry[4]] and (type(body) ~= 'table' or not (body.mentions or body.reply)) then return end
    local bucket, channel = parts_of(owner)
    to_outbox(bucket, '{"type":"over","channel":' .. cjson.encode(channel) .. ',"key":"' .. int(tonumber(seq)) .. '"}')
  end

  -- Takes off what lies beside an entry whose content is gone: it is not unread any more, calls nobody, is neither pinned nor mail, and on no screen.
  function take_content(owner, seq, entry)
    take_off_screens(owner, seq, entry)
    redis.call('ZADD', owner .. 'gone', seq, seq)
    redis.call('HDEL', owner .. 'reactions', seq)
    if entry[4] == KIND_CARD then
      redis.call('HDEL', owner .. 'cards', seq)
      redis.call('HDEL', owner .. 'cardrules', seq)
      redis.call('DEL', owner .. 'acted:' .. seq, owner .. 'asked:' .. seq)
    end
    if entry[4] == KIND_MAIL then take_mail(owner, int(entry[2]) .. '-' .. seq) end
    redis.call('ZREM', owner .. 'pins', seq)
    redis.call('ZREM', owner .. 'calls:all', seq)
    redis.call('ZREM', owner .. 'calls:officers', seq)
    local called = type(entry[7]) == 'table' and type(entry[7].mentions) == 'table' and entry[7].mentions.players
    if type(called) == 'table' then
      for _, who in ipairs(called) do
        redis.call('ZREM', owner .. 'calls:' .. int(who), seq)
        redis.call('ZREM', owner .. 'calls:' .. int(who) .. '+officers', seq)
      end
    end
  end

  -- Whether a member may take an entry away that is not his own (`author`: a member's number): he has the right and outranks its author, if that is a member. What the
  -- game's backend wrote only the backend takes away.
  local function may_delete(owner, member, author)
    if author == '0' or not permits(owner, member.rank, 'deleteAny') then return false end
    local player = redis.call('HGET', owner .. 'players', author)
    local record = player and redis.call('HGET', owner .. 'members', player)
    return not record or outranks(member, cjson.decode(record))
  end

  -- channel_delete: an entry's content is gone for everybody; its seq stays.
  -- ARGV: 1 channel, 2 player ('' the system), 3 nonce, 4 seq, 5 entries to keep, 6 print of what is asked, 7 why ('' untold)
  -- Reply: {'ok', epoch, seq, at, repeated} of the entry that tells of it
  -- Errors: {'not-member'}, {'key-reused'}, {'entry-not-found'} (also: deleted already), {'not-permitted'}
  command('channel_delete', function(keys, argv)
    local owner, bucket, channel, player, seq = keys[1], keys[2], argv[1], argv[2], argv[4]
    local now = now_ms()
    local number = '0'
    if player ~= '' then
      number = redis.call('HGET', owner .. 'numbers', player)
      if not number then return { 'not-member' } end
    end
    local first = first_result(owner, number .. ':' .. argv[3], argv[6], now)
    if first then return first end
    local member
    if player ~= '' then
      local record = redis.call('HGET', owner .. 'members', player)
      if not record then return { 'not-member' } end
      member = cjson.decode(record)
    end
    local entry = entry_at(owner, seq)
    if not entry or not COUNTABLE[entry[4]] then return { 'entry-not-found' } end
    if member and int(entry[5]) ~= number and not may_delete(owner, member, int(entry[5])) then return { 'not-permitted' } end
    local change = change_of(owner, seq)
    if change and change.by then return { 'entry-not-found' } end

    local state = open_channel(owner, bucket, channel)
    local body = '{"seq":' .. seq .. '}'
    local told = { kind = KIND_DELETED, from = number, body = body, countable = 0, keep = argv[5] }
    local reply = tell_change(owner, bucket, channel, state, told, argv[3], argv[6], now)
    if int(entry[5]) ~= number then
      audit(owner, { act = 'delete', by = player, whom = redis.call('HGET', owner .. 'players', int(entry[5])) or '', why = argv[7], seq = entry[1] })
    end
    redis.call('HSET', owner .. 'changes', seq, '{"by":' .. number .. '}')
    take_content(owner, seq, entry)
    return reply
  end)

  -- How many pins there are, and those besides whose entries are not kept any more.
  local function count_pins(owner)
    local oldest = redis.call('XRANGE', owner .. 'log', '-', '+', 'COUNT', 1)[1]
    local floor = oldest and tonumber(string.match(oldest[1], '^%d+')) or math.huge
    local kept, gone = 0, {}
    for _, seq in ipairs(redis.call('ZRANGE', owner .. 'pins', 0, -1)) do
      if tonumber(seq) < floor then gone[#gone + 1] = seq else kept = kept + 1 end
    end
    return kept, gone
  end

  -- channel_pin: an entry is pinned, or not any more.
  -- ARGV: 1 channel, 2 player ('' the game's backend, for whom what is so already changes nothing), 3 nonce (of a player), 4 seq, 5 '1' | '0', 6 most pins,
  --       7 entries to keep, 8 print of what is asked, 9 limits of its pace ('' none, see pace.lua): a pin costs what a message does
  -- Reply: {'ok', epoch, seq, at, repeated}
  -- Errors: {'not-member'}, {'key-reused'}, {'not-permitted'}, {'muted', until}, {'entry-not-found'}, {'pins-full'}, {code of check_pace, retry at}
  command('channel_pin', function(keys, argv)
    local owner, bucket, channel, player, seq = keys[1], keys[2], argv[1], argv[2], argv[4]
    local now, number, member = now_ms(), '0', nil
    if player ~= '' then
      number = redis.call('HGET', owner .. 'numbers', player)
      if not number then return { 'not-member' } end
      local first = first_result(owner, number .. ':' .. argv[3], argv[8], now)
      if first then return first end
      local refusal
      refusal, member = refused(owner, player, 'pin')
      if refusal then return { refusal } end
      if member.mutedUntil and member.mutedUntil > now then return { 'muted', member.mutedUntil } end
    end
    local pinned, gone = redis.call('ZSCORE', owner .. 'pins', seq), {}
    if not member and (pinned and '1' or '0') == argv[5] then return { 'ok', 0, 0, 0, 1 } end
    if argv[5] == '1' then
      local entry, change = entry_at(owner, seq), change_of(owner, seq)
      if not entry or not COUNTABLE[entry[4]] or (change and change.by) then return { 'entry-not-found' } end
      local kept
      kept, gone = count_pins(owner)
      if not pinned and kept >= tonumber(argv[6]) then return { 'pins-full' } end
    elseif not pinned then return { 'entry-not-found' } end
    local code, retry_at, pace
    if member then code, retry_at, pace = check_pace(owner, player, member.rank, number, argv[3], now, argv[9], '') end
    if code then return { code, retry_at } end

    local state = open_channel(owner, bucket, channel)
    local body = '{"seq":' .. seq .. ',"on":' .. (argv[5] == '1' and 'true' or 'false') .. '}'
    write_entry(owner, bucket, channel, state, { kind = KIND_PIN, from = number, body = body, countable = 0, keep = argv[7] })
    if member then keep_nonce(owner, number .. ':' .. argv[3], argv[8], state, now) end
    if pace then keep_pace(owner, pace) end
    for _, each in ipairs(gone) do redis.call('ZREM', owner .. 'pins', each) end
    if argv[5] == '1' then redis.call('ZADD', owner .. 'pins', int(state.at), seq) else redis.call('ZREM', owner .. 'pins', seq) end
    return { 'ok', state.epoch, state.head, state.at, 0 }
  end)

  -- channel_react: a member's reaction is on an entry, or is not. The counts travel on the fleeting lane ('r' and JSON [seq, version, counts]).
  -- ARGV: 1 channel, 2 player, 3 seq, 4 emoji (no spaces), 5 '1' | '0', 6 most kinds of emoji on an entry, 7 most of one member on an entry
  -- Reply: {'ok', version, counts (JSON), his own (separated by spaces)}; what is so already changes nothing
  -- Errors: {'not-member'}, {'muted', until}, {'entry-not-found'}, {'reactions-full'}
  command('channel_react', function(keys, argv)
    local owner, player, seq, emoji, now = keys[1], argv[2], argv[3], argv[4], now_ms()
    local member, refusal = writer(owner, player, now)
    if not member then return refusal end
    local entry, change = entry_at(owner, seq), change_of(owner, seq)
    if not entry or not COUNTABLE[entry[4]] or (change and change.by) then return { 'entry-not-found' } end
    local stored = redis.call('HGET', owner .. 'reactions', seq)
    local reactions = stored and cjson.decode(stored) or { v = 0, c = {} }
    local field = seq .. ':' .. int(member.n)
    local own = redis.call('HGET', owner .. 'reacted', field) or ''
    local has = string.find(' ' .. own .. ' ', ' ' .. emoji .. ' ', 1, true) ~= nil
    if has == (argv[5] == '1') then return { 'ok', reactions.v, stored and cjson.encode(reactions.c) or '{}', own } end
    local mine = {}
    for each in string.gmatch(own, '%S+') do if each ~= emoji then mine[#mine + 1] = each end end
    if argv[5] == '1' then
      local kinds = 0
      for _ in pairs(reactions.c) do kinds = kinds + 1 end
      if #mine >= tonumber(argv[7]) or (not reactions.c[emoji] and kinds >= tonumber(argv[6])) then return { 'reactions-full' } end
      mine[#mine + 1] = emoji
      reactions.c[emoji] = (reactions.c[emoji] or 0) + 1
      reactions.t = now
    else
      reactions.c[emoji] = reactions.c[emoji] > 1 and reactions.c[emoji] - 1 or nil
    end
    reactions.v = reactions.v + 1
    local counts = next(reactions.c) and cjson.encode(reactions.c) or '{}'
    redis.call('HSET', owner .. 'reactions', seq, '{"v":' .. int(reactions.v) .. ',"c":' .. counts .. ',"t":' .. int(reactions.t or 0) .. '}')
    own = table.concat(mine, ' ')
    if own == '' then redis.call('HDEL', owner .. 'reacted', field) else redis.call('HSET', owner .. 'reacted', field, own) end
    redis.call('SPUBLISH', owner .. 'feed', 'r[' .. seq .. ',' .. int(reactions.v) .. ',' .. counts .. ']')
    return { 'ok', reactions.v, counts, own }
  end)

  -- channel_signal: tells who is there something that is written nowhere ('s' and JSON [member's number, signal]).
  -- ARGV: 1 player, 2 signal (JSON)   Reply: {'ok'}   Errors: {'not-member'}, {'muted', until}
  command('channel_signal', function(keys, argv)
    local owner = keys[1]
    local member, refusal = writer(owner, argv[1], now_ms())
    if not member then return refusal end
    redis.call('SPUBLISH', owner .. 'feed', 's[' .. int(member.n) .. ',' .. argv[2] .. ']')
    return { 'ok' }
  end)

  -- channel_pins: the pinned entries, the last pinned first.
  -- ARGV: 1 channel, 2 reader ('' the game's backend)   Reply: {'ok', {payload, …}, marks as in channel_read}   Errors: {'not-member'}
  command('channel_pins', function(keys, argv)
    local owner, reader = keys[1], argv[2]
    if reader ~= '' and redis.call('HEXISTS', owner .. 'members', reader) == 0 then return { 'not-member' } end
    local rows, seqs = {}, {}
    for _, seq in ipairs(redis.call('ZREVRANGE', owner .. 'pins', 0, -1)) do
      local row = redis.call('XRANGE', owner .. 'log', seq .. '-0', seq .. '-0')[1]
      local purged = row and purged_among(owner, { row[2][2] })
      if row and not (purged and purged[1]) then
        rows[#rows + 1] = row[2][2]
        seqs[#seqs + 1] = seq
      end
    end
    return { 'ok', rows, marks_of(owner, reader, seqs, rows) }
  end)
end
