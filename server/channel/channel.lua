-- A channel's log. Parts of an owner that has a channel:
--   head     hash    epoch, head (last seq), count (countable entries so far), at (time of the last entry), boot, lineage ('epoch:last,' …), news (flag),
--                    number (last member number given), came, went (admissions and departures), day (of the newest nonce), floor, before, cleaned (see sweep.lua)
--   log      stream  id '<seq>-0', field d: the entry as JSON [seq, epoch, at, kind, from, count, body]
--   nonce:D  hash    '<member number>:<nonce>' -> '<epoch>:<seq>:<at>:<print of what was asked>' of day D (days since 1970, UTC); two days are kept. Older rows
--                    have no print
--   members  hash    player -> JSON {n = number, rank, at, mutedUntil?, s? (see ../team/party.lua)}
--   numbers  hash    player -> number, for ever;   players  hash  number -> player, until erased
--   pace     hash    see pace.lua
--   read     hash    player -> '<epoch>:<seq>:<count>'
--   untold   set     players to whom no digest has gone since they last read
--   calls:<who> zset  seqs that call 'all', 'officers', a member (his number), or a member both by name and as officer ('<number>+officers')
--   feed             pub/sub: an entry's JSON; 'e' (the epoch changed); 'v<version>' (state of the owner changed); 'r<JSON>' (reactions, see changes.lua);
--                    'c<JSON>' (a card's state, see ../card/card.lua)
-- and of the bucket: heads (hash: owner -> '<epoch>:<head>'), outbox.

local EPOCH_STEP = 1048576
local DAY_MS = 86400000
-- Codes of kinds that count as unread, as in shared/entry.ts.
local COUNTABLE = { [1] = true, [2] = true, [3] = true, [8] = true, [9] = true, [10] = true, [14] = true, [18] = true }

-- The channel's head, opened for this boot: if the data was last written under another boot, the old epoch is closed and a new one begins.
local function open_channel(owner, bucket, channel)
  local stored = redis.call('HMGET', owner .. 'head', 'boot', 'epoch', 'head', 'count', 'at', 'floor', 'before', 'news', 'day')
  local current = boot()
  if not stored[2] then
    redis.call('HSET', owner .. 'head', 'boot', current, 'epoch', 1, 'head', 0, 'count', 0, 'at', 0, 'lineage', '')
    redis.call('HSET', bucket .. 'heads', channel, '1:0')
    return { epoch = 1, head = 0, count = 0, at = 0, floor = 0, before = 0 }
  end
  local state = { epoch = tonumber(stored[2]), head = tonumber(stored[3]), count = tonumber(stored[4]), at = tonumber(stored[5]),
    floor = tonumber(stored[6] or 0), before = tonumber(stored[7] or 0), news = stored[8], day = tonumber(stored[9]) }
  if stored[1] ~= current then
    local lineage = redis.call('HGET', owner .. 'head', 'lineage') .. int(state.epoch) .. ':' .. int(state.head) .. ','
    state.epoch = next_epoch(state.epoch)
    state.head = (math.floor(state.head / EPOCH_STEP) + 1) * EPOCH_STEP
    redis.call('HSET', owner .. 'head', 'boot', current, 'epoch', int(state.epoch), 'head', int(state.head), 'lineage', lineage)
    redis.call('HSET', bucket .. 'heads', channel, int(state.epoch) .. ':' .. int(state.head))
    redis.call('SPUBLISH', owner .. 'feed', 'e')
  end
  return state
end

-- Writes one entry at the end of an opened channel and publishes it. `countable` is 0 or 1; `now`, where the caller has it, spares reading the clock.
-- Cannot be refused once the caller's checks have passed: the XADD comes first and its id is higher than any before.
local function write_entry(owner, bucket, channel, state, entry)
  state.head = state.head + 1
  state.count = state.count + entry.countable
  state.at = math.max(state.at, entry.now or now_ms())
  local payload = '[' .. int(state.head) .. ',' .. int(state.epoch) .. ',' .. int(state.at) .. ',' .. entry.kind .. ',' .. entry.from .. ','
    .. int(state.count) .. ',' .. entry.body .. ']'
  redis.call('XADD', owner .. 'log', 'MAXLEN', '~', entry.keep, int(state.head) .. '-0', 'd', payload)
  redis.call('HSET', owner .. 'head', 'head', int(state.head), 'count', int(state.count), 'at', int(state.at))
  redis.call('HSET', bucket .. 'heads', channel, int(state.epoch) .. ':' .. int(state.head))
  redis.call('SPUBLISH', owner .. 'feed', payload)
end

-- Marks that there is something for a digest; only the first mark since the last digest goes to the outbox.
local function mark_news(owner, bucket, channel, state)
  if not state.news and redis.call('HSETNX', owner .. 'head', 'news', '1') == 1 then
    to_outbox(bucket, cjson.encode({ type = 'news', channel = channel }))
  end
end

local function set_read(owner, player, epoch, seq, count)
  redis.call('HSET', owner .. 'read', player, int(epoch) .. ':' .. int(seq) .. ':' .. int(count))
  redis.call('SADD', owner .. 'untold', player)
end

-- What was first written under a nonce, as the reply of a command; `key-reused` when something else was asked then, nil when the nonce is new. `field` is
-- '<member number>:<nonce>'. The clock may have been set back over midnight, or be that of a replica that was promoted, so tomorrow is asked, too.
local function first_result(owner, field, print, now)
  local day = math.floor(now / DAY_MS)
  local first = redis.call('HGET', owner .. 'nonce:' .. int(day), field) or redis.call('HGET', owner .. 'nonce:' .. int(day - 1), field)
    or redis.call('HGET', owner .. 'nonce:' .. int(day + 1), field)
  if not first then return nil end
  local epoch, seq, at, asked = string.match(first, '^(%d+):(%d+):(%d+):?(.*)$')
  if asked ~= '' and asked ~= print then return { 'key-reused' } end
  return { 'ok', tonumber(epoch), tonumber(seq), tonumber(at), 1 }
end

-- Keeps that the entry just written belongs to a nonce, under which that was asked whose print it is.
local function keep_nonce(owner, field, print, state, now)
  local day = math.floor(now / DAY_MS)
  local key = owner .. 'nonce:' .. int(day)
  redis.call('HSET', key, field, int(state.epoch) .. ':' .. int(state.head) .. ':' .. int(state.at) .. ':' .. print)
  if state.day == day then return end
  redis.call('PEXPIREAT', key, int((day + 2) * DAY_MS))
  redis.call('HSET', owner .. 'head', 'day', int(day))
end

-- Whether a member listens only, in a party (see ../team/party.lua).
local function listens(member) return member.s == 'listener' and member.rank ~= 'leader' end

-- Notes whom a new entry calls: 'all', 'officers' and numbers of members, in this order, separated by commas. Former members are passed over. Who is called by name
-- and as officer is noted as both and as one who is, since his rank may change; `calls_after` counts him once. What calls goes with its entry: see sweep.lua.
local function note_calls(owner, seq, calls)
  local officers = false
  for who in string.gmatch(calls, '[^,]+') do
    local is_called = who == 'all' or who == 'officers'
    if not is_called then
      local player = redis.call('HGET', owner .. 'players', who)
      is_called = player and redis.call('HEXISTS', owner .. 'members', player) == 1
    end
    if is_called then
      redis.call('ZADD', owner .. 'calls:' .. who, int(seq), int(seq))
      if officers then redis.call('ZADD', owner .. 'calls:' .. who .. '+officers', int(seq), int(seq)) end
    end
    if who == 'all' then return end
    officers = officers or who == 'officers'
  end
end

-- channel_append: writes a message or news.
-- ARGV: 1 channel, 2 author (player id, or '' for the system), 3 nonce, 4 kind code, 5 body (JSON), 6 permission it takes ('' any member may),
--       7 notice (JSON object that is completed with channel, epoch, seq, at, from, author, kind and body; '' for plain chat), 8 entries to keep,
--       9 limits of its pace ('' none, see pace.lua), 10 print of the text ('' none),
--       11 whom it calls ('' nobody; see note_calls), 12 what it is refused with unless it was written before ('' nothing),
--       13 print of what is asked, 14 by which rules it was judged and what its author needs by them ('' not judged; see ../moderation/rules.lua)
-- Reply: {'ok', epoch, seq, at, 1: repeated}; {'ok', epoch, seq, at, 0, 1 its author has read more by it than his own | 0}
-- Errors: {'not-member'}, {'key-reused'}, {'rules-changed', version, rules}, {ARGV 12}, {'not-permitted'}, {'listener'}, {'muted', until}, {code in ARGV 14},
--         {code of check_pace, retry at}, {'held'} (it passes, and is to wait for review); a refusal is not remembered under its nonce, and only one for its pace is noted.
local function append(keys, argv)
  local owner, bucket, channel, author = keys[1], keys[2], argv[1], argv[2]
  local now = now_ms()
  local number, member = '0', nil
  if author ~= '' then
    local record = redis.call('HGET', owner .. 'members', author)
    member = record and cjson.decode(record)
    number = member and int(member.n) or redis.call('HGET', owner .. 'numbers', author)
    if not number then return { 'not-member' } end
  end
  local field = number .. ':' .. argv[3]
  local first = first_result(owner, field, argv[13], now)
  if first then return first end
  local pace
  if author ~= '' then
    if not member then return { 'not-member' } end
    local changed = rules_changed(owner, argv[14])
    if changed then return changed end
    if argv[12] ~= '' then return { argv[12] } end
    if argv[6] ~= '' and not permits(owner, member.rank, argv[6]) then return { 'not-permitted' } end
    if listens(member) then return { 'listener' } end
    if member.mutedUntil and member.mutedUntil > now then return { 'muted', member.mutedUntil } end
    local code, retry_at = rules_refusal(member.rank, argv[14]), nil
    if code then return { code } end
    code, retry_at, pace = check_pace(owner, author, member.rank, number, argv[3], now, argv[9], argv[10])
    if code then return { code, retry_at } end
    if is_held(argv[14]) then
      if pace then keep_pace(owner, pace) end
      return { 'held' }
    end
  elseif argv[12] ~= '' then return { argv[12] } end

  local state = open_channel(owner, bucket, channel)
  write_entry(owner, bucket, channel, state, { kind = argv[4], from = number, body = argv[5], countable = 1, keep = argv[8], now = now })
  keep_nonce(owner, field, argv[13], state, now)
  if pace then keep_pace(owner, pace) end
  local caught_up = 0
  if author ~= '' then
    local count = string.match(redis.call('HGET', owner .. 'read', author) or '', '(%d+)$')
    if tonumber(count or '0') < state.count - 1 then caught_up = 1 end
    set_read(owner, author, state.epoch, state.head, state.count)
  end
  if argv[11] ~= '' then note_calls(owner, state.head, argv[11]) end
  if argv[7] ~= '' then
    local notice = '"channel":' .. cjson.encode(channel) .. ',"epoch":' .. int(state.epoch) .. ',"seq":' .. int(state.head) .. ',"at":' .. int(state.at)
      .. ',"from":' .. number .. ',"author":' .. cjson.encode(author) .. ',"kind":' .. argv[4] .. ',"body":' .. argv[5]
    to_outbox(bucket, string.sub(argv[7], 1, -2) .. ',' .. notice .. '}')
  end
  mark_news(owner, bucket, channel, state)
  return { 'ok', state.epoch, state.head, state.at, 0, caught_up }
end

command('channel_append', append)
