-- A channel's log. Parts of an owner that has a channel:
--   head     hash    epoch, head (last seq), count (countable entries so far), at (time of the last entry), boot, lineage ('epoch:last,' …), news (flag),
--                    number (last member number given)
--   log      stream  id '<seq>-0', field d: the entry as JSON [seq, epoch, at, kind, from, count, body]
--   nonce:D  hash    '<member number>:<nonce>' -> '<epoch>:<seq>:<at>' of day D (days since 1970, UTC); two days are kept
--   members  hash    player -> JSON {n = number, rank, at, mutedUntil?}
--   numbers  hash    player -> number, for ever;   players  hash  number -> player, until erased
--   pace     hash    see pace.lua
--   read     hash    player -> '<epoch>:<seq>:<count>'
--   untold   set     players to whom no digest has gone since they last read
--   feed             pub/sub: an entry's JSON; 'e' (the epoch changed); 'v<version>' (state of the owner changed)
-- and of the bucket: heads (hash: owner -> '<epoch>:<head>'), outbox.

local EPOCH_STEP = 1048576
local DAY_MS = 86400000

-- The channel's head, opened for this boot: if the data was last written under another boot, the old epoch is closed and a new one begins.
local function open_channel(owner, bucket, channel)
  local stored = redis.call('HMGET', owner .. 'head', 'boot', 'epoch', 'head', 'count', 'at')
  local current = boot()
  if not stored[2] then
    redis.call('HSET', owner .. 'head', 'boot', current, 'epoch', 1, 'head', 0, 'count', 0, 'at', 0, 'lineage', '')
    redis.call('HSET', bucket .. 'heads', channel, '1:0')
    return { epoch = 1, head = 0, count = 0, at = 0 }
  end
  local state = { epoch = tonumber(stored[2]), head = tonumber(stored[3]), count = tonumber(stored[4]), at = tonumber(stored[5]) }
  if stored[1] ~= current then
    local lineage = redis.call('HGET', owner .. 'head', 'lineage') .. int(state.epoch) .. ':' .. int(state.head) .. ','
    state.epoch = state.epoch + 1
    state.head = (math.floor(state.head / EPOCH_STEP) + 1) * EPOCH_STEP
    redis.call('HSET', owner .. 'head', 'boot', current, 'epoch', int(state.epoch), 'head', int(state.head), 'lineage', lineage)
    redis.call('HSET', bucket .. 'heads', channel, int(state.epoch) .. ':' .. int(state.head))
    redis.call('SPUBLISH', owner .. 'feed', 'e')
  end
  return state
end

-- Writes one entry at the end of an opened channel and publishes it. `countable` is 0 or 1. Cannot be refused once the caller's checks have passed:
-- the XADD comes first and its id is higher than any before.
local function write_entry(owner, bucket, channel, state, entry)
  state.head = state.head + 1
  state.count = state.count + entry.countable
  state.at = math.max(state.at, now_ms())
  local payload = '[' .. int(state.head) .. ',' .. int(state.epoch) .. ',' .. int(state.at) .. ',' .. entry.kind .. ',' .. entry.from .. ','
    .. int(state.count) .. ',' .. entry.body .. ']'
  redis.call('XADD', owner .. 'log', 'MAXLEN', '~', entry.keep, int(state.head) .. '-0', 'd', payload)
  redis.call('HSET', owner .. 'head', 'head', int(state.head), 'count', int(state.count), 'at', int(state.at))
  redis.call('HSET', bucket .. 'heads', channel, int(state.epoch) .. ':' .. int(state.head))
  redis.call('SPUBLISH', owner .. 'feed', payload)
end

-- Marks that there is something for a digest; only the first mark since the last digest goes to the outbox.
local function mark_news(owner, bucket, channel)
  if redis.call('HSETNX', owner .. 'head', 'news', '1') == 1 then
    to_outbox(bucket, cjson.encode({ type = 'news', channel = channel }))
  end
end

local function set_read(owner, player, epoch, seq, count)
  redis.call('HSET', owner .. 'read', player, int(epoch) .. ':' .. int(seq) .. ':' .. int(count))
  redis.call('SADD', owner .. 'untold', player)
end

-- channel_append: writes a message or news.
-- ARGV: 1 channel, 2 author (player id, or '' for the system), 3 nonce, 4 kind code, 5 body (JSON), 6 ranks that may (',leader,officer,'; '' any member),
--       7 notice (JSON object that is completed with channel, epoch, seq, at, from, author, kind and body; '' for plain chat), 8 entries to keep,
--       9 limits of its pace ('' none, see pace.lua), 10 print of the text ('' none)
-- Reply: {'ok', epoch, seq, at, repeated (0|1)}
-- Errors: {'not-member'}, {'not-permitted'}, {'muted', until}, {code of check_pace, retry at}; a refusal is not remembered under its nonce, and only one for
--         its pace is noted.
command('channel_append', function(keys, argv)
  local owner, bucket, channel, author = keys[1], keys[2], argv[1], argv[2]
  local now = now_ms()
  local day = math.floor(now / DAY_MS)
  local number = '0'
  if author ~= '' then
    number = redis.call('HGET', owner .. 'numbers', author)
    if not number then return { 'not-member' } end
  end
  local field = number .. ':' .. argv[3]
  local first = redis.call('HGET', owner .. 'nonce:' .. int(day), field) or redis.call('HGET', owner .. 'nonce:' .. int(day - 1), field)
  if first then
    local epoch, seq, at = string.match(first, '^(%d+):(%d+):(%d+)$')
    return { 'ok', tonumber(epoch), tonumber(seq), tonumber(at), 1 }
  end
  local pace
  if author ~= '' then
    local record = redis.call('HGET', owner .. 'members', author)
    if not record then return { 'not-member' } end
    local member = cjson.decode(record)
    if argv[6] ~= '' and not string.find(argv[6], ',' .. member.rank .. ',', 1, true) then return { 'not-permitted' } end
    if member.mutedUntil and member.mutedUntil > now then return { 'muted', member.mutedUntil } end
    local code, retry_at
    code, retry_at, pace = check_pace(owner, author, member.rank, number, argv[3], now, argv[9], argv[10])
    if code then return { code, retry_at } end
  end

  local state = open_channel(owner, bucket, channel)
  write_entry(owner, bucket, channel, state, { kind = argv[4], from = number, body = argv[5], countable = 1, keep = argv[8] })
  local nonce_key = owner .. 'nonce:' .. int(day)
  redis.call('HSET', nonce_key, field, int(state.epoch) .. ':' .. int(state.head) .. ':' .. int(state.at))
  redis.call('PEXPIREAT', nonce_key, int((day + 2) * DAY_MS), 'NX')
  if pace then keep_pace(owner, pace) end
  if author ~= '' then set_read(owner, author, state.epoch, state.head, state.count) end
  if argv[7] ~= '' then
    local notice = '"channel":' .. cjson.encode(channel) .. ',"epoch":' .. int(state.epoch) .. ',"seq":' .. int(state.head) .. ',"at":' .. int(state.at)
      .. ',"from":' .. number .. ',"author":' .. cjson.encode(author) .. ',"kind":' .. argv[4] .. ',"body":' .. argv[5]
    to_outbox(bucket, string.sub(argv[7], 1, -2) .. ',' .. notice .. '}')
  end
  mark_news(owner, bucket, channel)
  return { 'ok', state.epoch, state.head, state.at, 0 }
end)

local function count_at(owner, state, seq)
  if seq >= state.head then return state.count end
  local found = redis.call('XREVRANGE', owner .. 'log', int(seq) .. '-0', '-', 'COUNT', 1)[1]
  if found then return cjson.decode(found[2][2])[6] end
  local oldest = redis.call('XRANGE', owner .. 'log', '-', '+', 'COUNT', 1)[1]
  if not oldest then return state.count end
  local entry = cjson.decode(oldest[2][2])
  local uncounted = entry[4] >= 1 and entry[4] <= 3 and 1 or 0
  return entry[6] - uncounted
end

local function read_of(owner, player)
  local epoch, seq, count = string.match(redis.call('HGET', owner .. 'read', player) or '', '^(%d+):(%d+):(%d+)$')
  return tonumber(epoch) or 0, tonumber(seq) or 0, tonumber(count) or 0
end

-- channel_read: a piece of the log and what is needed to judge it.
-- ARGV: 1 channel, 2 reader (player id; '' reads without being a member), 3 'after' | 'before', 4 seq ('before' 0: from the end), 5 limit
-- Reply: {'ok', epoch, head, count, lineage, oldest seq kept (0: none), read epoch, read seq, read count, {payload, …}} in order of the log
-- Errors: {'not-member'}
command('channel_read', function(keys, argv)
  local owner, bucket, channel, reader = keys[1], keys[2], argv[1], argv[2]
  if reader ~= '' and redis.call('HEXISTS', owner .. 'members', reader) == 0 then return { 'not-member' } end
  local state = open_channel(owner, bucket, channel)
  local rows = {}
  if argv[3] == 'after' then
    for _, row in ipairs(redis.call('XRANGE', owner .. 'log', '(' .. argv[4] .. '-0', '+', 'COUNT', argv[5])) do rows[#rows + 1] = row[2][2] end
  else
    local from = argv[4] == '0' and '+' or '(' .. argv[4] .. '-0'
    local found = redis.call('XREVRANGE', owner .. 'log', from, '-', 'COUNT', argv[5])
    for index = #found, 1, -1 do rows[#rows + 1] = found[index][2][2] end
  end
  local oldest = redis.call('XRANGE', owner .. 'log', '-', '+', 'COUNT', 1)[1]
  local read_epoch, read_seq, read_count = 0, 0, 0
  if reader ~= '' then read_epoch, read_seq, read_count = read_of(owner, reader) end
  return { 'ok', state.epoch, state.head, state.count, redis.call('HGET', owner .. 'head', 'lineage'),
    oldest and tonumber(string.match(oldest[1], '^%d+')) or 0, read_epoch, read_seq, read_count, rows }
end)

-- channel_seen: a member has read up to a seq; never moves back, nor past the head.
-- ARGV: 1 channel, 2 player, 3 seq
-- Reply: {'ok', epoch, seq, unread}   Errors: {'not-member'}
command('channel_seen', function(keys, argv)
  local owner, bucket, player = keys[1], keys[2], argv[2]
  if redis.call('HEXISTS', owner .. 'members', player) == 0 then return { 'not-member' } end
  local state = open_channel(owner, bucket, argv[1])
  local epoch, seq, count = read_of(owner, player)
  local wanted = math.min(tonumber(argv[3]), state.head)
  if wanted > seq then
    epoch, seq, count = state.epoch, wanted, count_at(owner, state, wanted)
    set_read(owner, player, epoch, seq, count)
  end
  return { 'ok', epoch, seq, math.max(0, state.count - count) }
end)
