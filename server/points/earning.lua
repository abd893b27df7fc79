-- What players earn by events of the game. Parts of a player's owner:
--   earning        string  JSON of his counters, of this shape: {"v":<version>,…; see points/earning/counters.ts
--   earned:P       hash    event id -> JSON of what was decided, of period P (7 days since 1970); two periods are kept, so at least 7 days
--   ties:<week>    hash    with whom he counts this week: 'x:<rule>|<event id>|<player>' '1' (this event counts), 'p:<rule>|<other>' how often with this one,
--                          'n:<rule>' with how many
-- Parts of a guild's owner:
--   earned:<day>   hash    rule (`*`: all) -> points the guild got that day
--   cut:<key>      string  JSON list: what each rule paid, of a movement that a cap of the guild made smaller
-- Parts of a player's bucket:
--   bringing       hash    '<event id>|<player>' -> when (ms) it was decided that his guild gets something, until it is known what it got
--   earning-events stream  field d: JSON of an event, of the players in the sample, for dry runs
do
  local PERIOD_MS = 7 * 86400000
  -- Days and weeks have ended everywhere long before; the guild's must outlast whatever keeps an event from being finished.
  local DAY_KEPT_MS = 10 * 86400000
  local WEEK_KEPT_MS = 15 * 86400000
  -- A dry run looks at a week and the day it began in.
  local EVENTS_KEPT_MS = 8 * 86400000 + 3600000

  local function decided(owner, id, now)
    local period = math.floor(now / PERIOD_MS)
    for back = 0, 1 do
      local key = owner .. 'earned:' .. int(period - back)
      local record = redis.call('HGET', key, id)
      if record then return record, key end
    end
    return nil
  end

  -- earning_read: what is needed to decide about an event.
  -- ARGV: 1 event id   Reply: {'ok', record of the event (nil: new), counters (nil: none), now}
  command('earning_read', function(keys, argv)
    local owner, now = keys[1], now_ms()
    return { 'ok', decided(owner, argv[1], now) or false, redis.call('GET', owner .. 'earning'), int(now) }
  end)

  -- earning_tie: whether an event counts for this player and another, once per event. Ask it of both, the lesser id first.
  -- ARGV: 1 week, 2 rule, 3 the other, 4 event id and player, 5 most times a week, 6 most partners a week
  -- Reply: {'ok', 'granted' | 'pair-week' | 'partners-week'}
  command('earning_tie', function(keys, argv)
    local key, rule, other = keys[1] .. 'ties:' .. argv[1], argv[2], argv[3]
    local event, pair, partners = 'x:' .. rule .. '|' .. argv[4], 'p:' .. rule .. '|' .. other, 'n:' .. rule
    local stored = redis.call('HMGET', key, event, pair, partners)
    if stored[1] then return { 'ok', 'granted' } end
    if tonumber(stored[2] or '0') >= tonumber(argv[5]) then return { 'ok', 'pair-week' } end
    if not stored[2] and tonumber(stored[3] or '0') >= tonumber(argv[6]) then return { 'ok', 'partners-week' } end
    redis.call('HSET', key, event, '1')
    redis.call('HINCRBY', key, pair, 1)
    if not stored[2] then redis.call('HINCRBY', key, partners, 1) end
    redis.call('PEXPIRE', key, WEEK_KEPT_MS, 'NX')
    return { 'ok', 'granted' }
  end)

  -- earning_decide: writes what an event pays and pays the player's part, unless it was decided before or he has earned something else meanwhile.
  -- ARGV: 1 event id, 2 key of the movement, 3 print, 4 reason, 5 version of the counters it was evaluated with, 6 counters as they will be, 7 how long they are kept
  --       (ms; '' for ever), 8 points for his book (0: none), 9 record, 10 whether his guild gets something ('1'; '' no), 11 player, 12 row of the sample ('' not in it),
  --       13 most rows of the sample in a bucket, about
  -- Reply: {'ok', 'decided'}, {'ok', 'known', record}, {'ok', 'stale', counters (nil: none)}, or {'ok', 'moved', amount ('' no longer known)}: the record is gone,
  --        but the player had been paid
  -- Errors: {'key-reused'}, {'player-not-found'}, {'player-linked'}, {'bad-request'} (the book would pass 2^53)
  command('earning_decide', function(keys, argv)
    local owner, bucket, now, id = keys[1], keys[2], now_ms(), argv[1]
    local record = decided(owner, id, now)
    if record then return { 'ok', 'known', record } end
    local first, code = first_movement(owner, argv[2], argv[3], now)
    if code then return { code } end
    if first then
      local row = entry_row(owner, first.entry)
      return { 'ok', 'moved', row and row.amount or '' }
    end
    if redis.call('HEXISTS', owner .. 'profile', 'to') == 1 then return { 'player-linked' } end
    local counters = redis.call('GET', owner .. 'earning')
    local version = counters and string.match(counters, '^{"v":(%d+),') or '0'
    if version ~= argv[5] then return { 'ok', 'stale', counters } end
    if argv[8] ~= '0' then
      local moved, refused = move_points(owner, { key = argv[2], amount = tonumber(argv[8]), reason = argv[4], print = argv[3], now = now, is_new = true })
      if not moved then return { refused } end
    end
    if argv[7] == '' then redis.call('SET', owner .. 'earning', argv[6]) else redis.call('SET', owner .. 'earning', argv[6], 'PX', argv[7]) end
    local period = math.floor(now / PERIOD_MS)
    local key = owner .. 'earned:' .. int(period)
    redis.call('HSET', key, id, argv[9])
    redis.call('PEXPIREAT', key, int((period + 2) * PERIOD_MS), 'NX')
    if argv[10] ~= '' then redis.call('HSET', bucket .. 'bringing', id .. '|' .. argv[11], int(now)) end
    if argv[12] ~= '' then
      redis.call('XADD', bucket .. 'earning-events', 'MAXLEN', '~', argv[13], '*', 'd', argv[12])
      redis.call('XTRIM', bucket .. 'earning-events', 'MINID', '~', int(now - EVENTS_KEPT_MS))
    end
    return { 'ok', 'decided' }
  end)

  -- earning_bring: the guild's part of an event, once per key, as far as the guild's caps of the day allow.
  -- ARGV: 1 key, 2 print, 3 reason, 4 member, 5 day, 6 most of all rules together ('' no cap), then for each rule: name, points, most ('' no cap)
  -- Reply: {'ok', points of the first rule, of the second …}; a repeated key has its first reply
  -- Errors: those of move_points
  command('earning_bring', function(keys, argv)
    local owner, now = keys[1], now_ms()
    local asked, paid, total, wanted = {}, {}, 0, 0
    for index = 7, #argv, 3 do asked[#asked + 1] = { rule = argv[index], points = tonumber(argv[index + 1]), most = tonumber(argv[index + 2]) } end
    local first, code = first_movement(owner, argv[1], argv[2], now)
    if code then return { code } end
    if first then
      local cut = redis.call('GET', owner .. 'cut:' .. argv[1])
      if cut then return { 'ok', unpack(cjson.decode(cut)) } end
      for index, part in ipairs(asked) do paid[index] = int(part.points) end
      return { 'ok', unpack(paid) }
    end
    local day = owner .. 'earned:' .. argv[5]
    local free = argv[6] == '' and math.huge or tonumber(argv[6]) - tonumber(redis.call('HGET', day, '*') or '0')
    for index, part in ipairs(asked) do
      local mine = part.most and part.most - tonumber(redis.call('HGET', day, part.rule) or '0') or math.huge
      part.paid = math.max(0, math.min(part.points, mine, free - total))
      paid[index] = int(part.paid)
      total, wanted = total + part.paid, wanted + part.points
    end
    if total > 0 then
      -- A guest may have become an account since it was decided.
      local member = redis.call('HEXISTS', owner .. 'members', argv[4]) == 1 and argv[4] or member_now(owner, argv[4])
      local moved, refused = move_points(owner, { key = argv[1], amount = total, member = member, reason = argv[3], print = argv[2], now = now, is_new = true })
      if not moved then return { refused } end
      for _, part in ipairs(asked) do redis.call('HINCRBY', day, part.rule, int(part.paid)) end
      redis.call('HINCRBY', day, '*', int(total))
      redis.call('PEXPIRE', day, DAY_KEPT_MS, 'NX')
      if total < wanted then redis.call('SET', owner .. 'cut:' .. argv[1], cjson.encode(paid), 'PX', DAY_KEPT_MS) end
    end
    return { 'ok', unpack(paid) }
  end)

  -- earning_brought: what the guild got, beside what the player got. The first answer stays.
  -- ARGV: 1 event id, 2 player, 3 record, 4 row of the sample ('' none)   Reply: {'ok', the record that stands (nil: it is gone)}
  command('earning_brought', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    local record, key = decided(owner, argv[1], now_ms())
    if redis.call('HDEL', bucket .. 'bringing', argv[1] .. '|' .. argv[2]) == 0 or not record then return { 'ok', record or false } end
    redis.call('HSET', key, argv[1], argv[3])
    if argv[4] ~= '' then redis.call('XADD', bucket .. 'earning-events', '*', 'd', argv[4]) end
    return { 'ok', argv[3] }
  end)
end
