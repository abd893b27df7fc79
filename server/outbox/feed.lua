-- What happened, in one stream. Parts of the owner 'events:feed':
--   events  stream  <epoch>-<number>: d JSON of the event, t when it was added (ms). The epoch rises with every boot of the server, so an event that is added again
--                   after a loss comes after every cursor that was given out
--   state   hash    boot, epoch, number (of events so far), floor (the last id that was dropped), cut (when an event was last dropped before its time, ms), cut_kept (how
--                   long that one had been kept, ms)
--   epochs  hash    epoch -> number of events when it ended
--   source  hash    bucket -> id of the last document of its outbox that was taken
--   holder  string  who may write now, until it expires
--   hook    hash    cursor (up to which the webhook has all), taken (when it took a batch last, ms), missed (events dropped before they could be sent), dropped (letters
--                   that were one too many), and while a batch is under way: upto (its last event), tries, due (when it may go, ms), failed (why), since (when it
--                   failed first, ms), tried (last, ms)
--   dead    stream  batches nobody took: batch (its id), d JSON of its events, failed (why), tries

do
  local MOST_LETTERS = 1000
  local CUT_TOLD_MS = 3600000

  local function split(cursor)
    local epoch, number = string.match(cursor, '^(%d+)%-(%d+)$')
    return tonumber(epoch), tonumber(number)
  end

  local function epoch_of(owner)
    local state = redis.call('HMGET', owner .. 'state', 'boot', 'epoch', 'number', 'floor')
    if state[1] == boot() then return state[2] end
    local epoch = int(next_epoch(tonumber(state[2] or '0')))
    redis.call('HSET', owner .. 'state', 'boot', boot(), 'epoch', epoch)
    if state[2] then redis.call('HSET', owner .. 'epochs', state[2], state[3] or '0') end
    if state[4] then
      local oldest = split(state[4])
      for _, ended in ipairs(redis.call('HKEYS', owner .. 'epochs')) do
        if tonumber(ended) < oldest then redis.call('HDEL', owner .. 'epochs', ended) end
      end
    end
    return epoch
  end

  local function batch(owner, cursor, upto, most)
    return redis.call('XRANGE', owner .. 'events', '(' .. cursor, upto, 'COUNT', most)
  end

  local function done_with(owner, upto)
    redis.call('HSET', owner .. 'hook', 'cursor', upto)
    redis.call('HDEL', owner .. 'hook', 'upto', 'tries', 'due', 'failed', 'since', 'tried')
  end

  -- Puts the batch that is under way to the dead letters; the next one goes out.
  local function set_aside(owner, why)
    local hook = redis.call('HMGET', owner .. 'hook', 'cursor', 'upto', 'tries')
    local cursor, upto, events = hook[1] or '0-0', hook[2], {}
    for index, row in ipairs(batch(owner, cursor, upto, 1000)) do events[index] = row[2][2] end
    done_with(owner, upto)
    if redis.call('XLEN', owner .. 'dead') >= MOST_LETTERS then redis.call('HINCRBY', owner .. 'hook', 'dropped', 1) end
    return redis.call('XADD', owner .. 'dead', 'MAXLEN', MOST_LETTERS, '*', 'batch', cursor .. '..' .. upto, 'd', '[' .. table.concat(events, ',') .. ']', 'failed', why, 'tries', hook[3] or '0')
  end

  -- Drops what is too old, or more than may be kept: `count` at once. A batch that is under way is not dropped but becomes a dead letter.
  local function trim(owner, kept, most, count)
    local feed, now, floor, cut = owner .. 'events', now_ms(), nil, nil
    local surplus, limit = redis.call('XLEN', feed) - most, now - kept
    if surplus <= 0 then
      local oldest = redis.call('XRANGE', feed, '-', '+', 'COUNT', 1)[1]
      if not oldest or tonumber(oldest[2][4]) > limit then return end
    end
    local hook, missed = redis.call('HMGET', owner .. 'hook', 'cursor', 'upto', 'failed'), 0
    local sent = hook[2] or hook[1]
    for index, row in ipairs(redis.call('XRANGE', feed, '-', '+', 'COUNT', count)) do
      local added = tonumber(row[2][4])
      if added > limit then
        if index > surplus then break end
        cut = now - added
      end
      floor = row[1]
      if sent and is_older(sent, floor) then missed = missed + 1 end
    end
    if not floor then return end
    if hook[2] and is_older(hook[1] or '0-0', floor) then set_aside(owner, hook[3] or 'not sent before it was too old') end
    local epoch, number = split(floor)
    redis.call('XTRIM', feed, 'MINID', int(epoch) .. '-' .. int(number + 1))
    redis.call('HSET', owner .. 'state', 'floor', floor)
    if cut then redis.call('HSET', owner .. 'state', 'cut', int(now), 'cut_kept', int(math.max(0, cut))) end
    if missed > 0 then redis.call('HINCRBY', owner .. 'hook', 'missed', missed) end
  end

  -- feed_hold: has one process at a time write, for a while.
  -- ARGV: 1 holder (new whenever he begins anew), 2 for how long in ms, 3 how long events are kept in ms, 4 most events kept
  -- Reply: {'ok', boot, when an event was last dropped before its time ('' not within the last hour), how long it had been kept}   Errors: {'held'}
  command('feed_hold', function(keys, argv)
    local owner = keys[1]
    local holder = redis.call('GET', owner .. 'holder')
    if holder and holder ~= argv[1] then return { 'held' } end
    redis.call('SET', owner .. 'holder', argv[1], 'PX', argv[2])
    epoch_of(owner)
    trim(owner, tonumber(argv[3]), tonumber(argv[4]), 1000)
    local state = redis.call('HMGET', owner .. 'state', 'cut', 'cut_kept')
    local is_recent = state[1] and now_ms() - tonumber(state[1]) < CUT_TOLD_MS
    return { 'ok', boot(), is_recent and state[1] or '', is_recent and state[2] or '' }
  end)

  -- feed_release: lets another hold it at once.
  -- ARGV: 1 holder   Reply: {'ok'}
  command('feed_release', function(keys, argv)
    if redis.call('GET', keys[1] .. 'holder') == argv[1] then redis.call('DEL', keys[1] .. 'holder') end
    return { 'ok' }
  end)

  -- feed_add: takes documents of a bucket's outbox, each once: the position moves with them.
  -- ARGV: 1 holder, 2 how long events are kept in ms, 3 most events kept, 4 bucket, 5 position it was taken up to, 6 position now; JSON of each event
  -- Reply: {'ok'}   Errors: {'lost'} another holds it; {'moved', position}: it was taken up to there
  command('feed_add', function(keys, argv)
    local owner, added = keys[1], #argv - 6
    if redis.call('GET', owner .. 'holder') ~= argv[1] then return { 'lost' } end
    local position = redis.call('HGET', owner .. 'source', argv[4]) or '0-0'
    if position ~= argv[5] then return { 'moved', position } end
    redis.call('HSET', owner .. 'source', argv[4], argv[6])
    if added == 0 then return { 'ok' } end
    local epoch = epoch_of(owner)
    local number, now = redis.call('HINCRBY', owner .. 'state', 'number', added) - added, int(now_ms())
    for index = 7, #argv do
      number = number + 1
      redis.call('XADD', owner .. 'events', epoch .. '-' .. int(number), 'd', argv[index], 't', now)
    end
    trim(owner, tonumber(argv[2]), tonumber(argv[3]), 2 * added + 10)
    redis.call('SPUBLISH', owner .. 'feed', '')
    return { 'ok' }
  end)

  -- Whether Redis lost events up to a cursor that was given out, or never had them. Numbers of an epoch that goes on are all there.
  local function is_lost(owner, epoch, cursor)
    local of, number = split(cursor)
    if of == 0 or of == tonumber(epoch) then return false end
    local last = redis.call('HGET', owner .. 'epochs', int(of))
    return not last or number > tonumber(last)
  end

  -- feed_page: events after a cursor, the oldest first.
  -- ARGV: 1 cursor ('' from the oldest), 2 most events
  -- Reply: {'ok', a cursor to go on from where no event follows, 1 Redis lost some events up to the cursor | 0; cursor, JSON of each}
  -- Errors: {'expired', cursor from which on all are kept}; {'ahead', that cursor, the last one}: the feed has not come so far
  command('feed_page', function(keys, argv)
    local owner, after = keys[1], argv[1]
    local epoch = epoch_of(owner)
    local state = redis.call('HMGET', owner .. 'state', 'floor', 'number')
    local floor, last, lost = state[1] or '0-0', epoch .. '-' .. (state[2] or '0'), false
    if after == '' then
      after = floor
    else
      if is_older(after, floor) then return { 'expired', floor } end
      if is_older(last, after) then return { 'ahead', floor, last } end
      lost = is_lost(owner, epoch, after)
    end
    local reply = { 'ok', lost and epoch .. '-0' or after, lost and 1 or 0 }
    for _, row in ipairs(batch(owner, after, '+', argv[2])) do
      reply[#reply + 1] = row[1]
      reply[#reply + 1] = row[2][2]
    end
    return reply
  end)

  -- A webhook waits at most this long for its next try, also when the clock was set back meanwhile.
  local LONGEST_WAIT_MS = 3600000

  -- feed_next: the batch of events the webhook is to get now. Until it is done with it stays the same, whoever asks.
  -- ARGV: 1 holder, 2 most events
  -- Reply: {'ok', cursor before it, cursor of its last event, tries so far, 1 some before it are gone | 0; JSON of each event}
  -- Errors: {'lost'}; {'none'}; {'wait', ms}
  command('feed_next', function(keys, argv)
    local owner = keys[1]
    if redis.call('GET', owner .. 'holder') ~= argv[1] then return { 'lost' } end
    local hook = redis.call('HMGET', owner .. 'hook', 'cursor', 'upto', 'tries', 'due')
    local cursor, upto, tries = hook[1] or '0-0', hook[2], tonumber(hook[3] or '0')
    if upto and hook[4] then
      local wait = tonumber(hook[4]) - now_ms()
      if wait > 0 and wait <= LONGEST_WAIT_MS then return { 'wait', wait } end
    end
    local rows = batch(owner, cursor, upto or '+', argv[2])
    if #rows == 0 and upto then
      upto, tries = nil, 0
      redis.call('HDEL', owner .. 'hook', 'upto', 'tries', 'due', 'failed', 'since', 'tried')
      rows = batch(owner, cursor, '+', argv[2])
    end
    if #rows == 0 then return { 'none' } end
    if not upto then
      upto = rows[#rows][1]
      redis.call('HSET', owner .. 'hook', 'upto', upto, 'tries', 0)
    end
    local floor = redis.call('HGET', owner .. 'state', 'floor')
    local reply = { 'ok', cursor, upto, tries, (cursor ~= '0-0' and floor and is_older(cursor, floor)) and 1 or 0 }
    for _, row in ipairs(rows) do reply[#reply + 1] = row[2][2] end
    return reply
  end)

  -- feed_taken: the webhook has the batch.
  -- ARGV: 1 holder, 2 cursor of its last event   Reply: {'ok'}   Errors: {'lost'} another holds the feed; {'moved'}: the batch was set aside meanwhile
  command('feed_taken', function(keys, argv)
    local owner = keys[1]
    if redis.call('GET', owner .. 'holder') ~= argv[1] then return { 'lost' } end
    redis.call('HSET', owner .. 'hook', 'taken', int(now_ms()))
    if redis.call('HGET', owner .. 'hook', 'upto') ~= argv[2] then return { 'moved' } end
    done_with(owner, argv[2])
    return { 'ok' }
  end)

  -- feed_failed: the webhook did not take the batch. After some tries, once its last event is old enough, it goes to the dead letters.
  -- ARGV: 1 holder, 2 cursor of its last event, 3 why, 4 when to try again, in ms from now, 5 tries it has at least, 6 age in ms
  -- Reply: {'ok'}; {'dead', id of the letter}   Errors: {'lost'}, {'moved'} as above
  command('feed_failed', function(keys, argv)
    local owner, now = keys[1], now_ms()
    local hook = owner .. 'hook'
    if redis.call('GET', owner .. 'holder') ~= argv[1] then return { 'lost' } end
    if redis.call('HGET', hook, 'upto') ~= argv[2] then return { 'moved' } end
    local tries = redis.call('HINCRBY', hook, 'tries', 1)
    redis.call('HSETNX', hook, 'since', int(now))
    local last = redis.call('XRANGE', owner .. 'events', argv[2], argv[2])[1]
    if tries >= tonumber(argv[5]) and now - (last and tonumber(last[2][4]) or 0) >= tonumber(argv[6]) then
      return { 'dead', set_aside(owner, argv[3]) }
    end
    redis.call('HSET', hook, 'due', int(now + tonumber(argv[4])), 'failed', argv[3], 'tried', int(now))
    return { 'ok' }
  end)

  -- feed_skip: sets the batch that is under way aside.
  -- ARGV: 1 id of the batch   Reply: {'ok', id of the letter}, also when it was just set aside   Errors: {'unknown'}: another is under way, or none
  command('feed_skip', function(keys, argv)
    local owner = keys[1]
    local hook = redis.call('HMGET', owner .. 'hook', 'cursor', 'upto', 'failed')
    if hook[2] and (hook[1] or '0-0') .. '..' .. hook[2] == argv[1] then
      local letter = set_aside(owner, hook[3] or 'set aside')
      redis.call('SPUBLISH', owner .. 'hook', '')
      return { 'ok', letter }
    end
    for _, row in ipairs(redis.call('XREVRANGE', owner .. 'dead', '+', '-', 'COUNT', 20)) do
      if row[2][2] == argv[1] then return { 'ok', row[1] } end
    end
    return { 'unknown' }
  end)

  -- feed_retry: has the batch that is under way sent again now.
  -- Reply: {'ok'}
  command('feed_retry', function(keys)
    redis.call('HDEL', keys[1] .. 'hook', 'due')
    redis.call('SPUBLISH', keys[1] .. 'hook', '')
    return { 'ok' }
  end)

  -- feed_state: how feed and webhook stand.
  -- Reply: {'ok', events kept, cursor from which on all are kept, the last one, when the oldest was added ('' none), number of letters, events the webhook has not got;
  --   name, value of each field of `state` and `hook`, the latter's with 'hook_' before it, and 'count' of events of the batch under way}
  command('feed_state', function(keys)
    local owner = keys[1]
    local epoch = epoch_of(owner)
    local state, hook = named(redis.call('HGETALL', owner .. 'state')), named(redis.call('HGETALL', owner .. 'hook'))
    local floor, number, cursor = state['floor'] or '0-0', state['number'] or '0', hook['cursor'] or '0-0'
    local oldest = redis.call('XRANGE', owner .. 'events', '-', '+', 'COUNT', 1)[1]
    local _, from = split(is_older(cursor, floor) and floor or cursor)
    local reply = { 'ok', redis.call('XLEN', owner .. 'events'), floor, epoch .. '-' .. number, oldest and oldest[2][4] or '', redis.call('XLEN', owner .. 'dead'), int(math.max(0, tonumber(number) - from)) }
    for name, value in pairs(state) do
      reply[#reply + 1] = name
      reply[#reply + 1] = value
    end
    for name, value in pairs(hook) do
      reply[#reply + 1] = 'hook_' .. name
      reply[#reply + 1] = value
    end
    if hook['upto'] then
      reply[#reply + 1] = 'count'
      reply[#reply + 1] = int(#batch(owner, cursor, hook['upto'], 1000))
    end
    return reply
  end)
end
