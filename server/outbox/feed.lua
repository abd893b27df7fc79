-- What happened, in one stream. Parts of the owner 'events:feed':
--   events  stream  <epoch>-<number>: d JSON of the event, t when it was added (ms). The epoch rises with every boot of the server, so an event that is added again
--                   after a loss comes after every cursor that was given out
--   state   hash    boot, epoch, number (of events so far), floor (the last id that was dropped)
--   source  hash    bucket -> id of the last document of its outbox that was taken
--   holder  string  who may write now, until it expires
--   hook    hash    cursor (up to which the webhook has all), and while a batch is under way: upto (its last event), tries, due (when it may go, ms), failed (why)
--   dead    stream  batches nobody took: batch (its id), d JSON of its events, failed (why), tries

do
  -- So many events are kept at most: 120 to 250 MB.
  local MOST_KEPT = 1000000

  local function epoch_of(owner)
    local state = redis.call('HMGET', owner .. 'state', 'boot', 'epoch')
    if state[1] == boot() then return state[2] end
    local epoch = int(next_epoch(tonumber(state[2] or '0')))
    redis.call('HSET', owner .. 'state', 'boot', boot(), 'epoch', epoch)
    return epoch
  end

  -- Drops what is too old, at most a few more than were added.
  local function trim(owner, kept, most)
    local feed, floor = owner .. 'events', nil
    local surplus, limit = redis.call('XLEN', feed) - MOST_KEPT, now_ms() - kept
    for index, row in ipairs(redis.call('XRANGE', feed, '-', '+', 'COUNT', most)) do
      if index > surplus and tonumber(row[2][4]) > limit then break end
      floor = row[1]
    end
    if not floor then return end
    local epoch, number = string.match(floor, '^(%d+)%-(%d+)$')
    redis.call('XTRIM', feed, 'MINID', epoch .. '-' .. int(tonumber(number) + 1))
    redis.call('HSET', owner .. 'state', 'floor', floor)
  end

  -- feed_hold: has one process at a time write, for a while.
  -- ARGV: 1 holder (new whenever he begins anew), 2 for how long in ms, 3 how long events are kept in ms
  -- Reply: {'ok', boot}   Errors: {'held'}
  command('feed_hold', function(keys, argv)
    local owner = keys[1]
    local holder = redis.call('GET', owner .. 'holder')
    if holder and holder ~= argv[1] then return { 'held' } end
    redis.call('SET', owner .. 'holder', argv[1], 'PX', argv[2])
    epoch_of(owner)
    trim(owner, tonumber(argv[3]), 100)
    return { 'ok', boot() }
  end)

  -- feed_release: lets another hold it at once.
  -- ARGV: 1 holder   Reply: {'ok'}
  command('feed_release', function(keys, argv)
    if redis.call('GET', keys[1] .. 'holder') == argv[1] then redis.call('DEL', keys[1] .. 'holder') end
    return { 'ok' }
  end)

  -- feed_add: takes documents of a bucket's outbox, each once: the position moves with them.
  -- ARGV: 1 holder, 2 how long events are kept in ms, 3 bucket, 4 position it was taken up to, 5 position now; JSON of each event
  -- Reply: {'ok'}   Errors: {'lost'} another holds it; {'moved', position}: it was taken up to there
  command('feed_add', function(keys, argv)
    local owner = keys[1]
    if redis.call('GET', owner .. 'holder') ~= argv[1] then return { 'lost' } end
    local position = redis.call('HGET', owner .. 'source', argv[3]) or '0-0'
    if position ~= argv[4] then return { 'moved', position } end
    redis.call('HSET', owner .. 'source', argv[3], argv[5])
    if #argv == 5 then return { 'ok' } end
    local epoch = epoch_of(owner)
    local number, now = redis.call('HINCRBY', owner .. 'state', 'number', #argv - 5) - (#argv - 5), int(now_ms())
    for index = 6, #argv do
      number = number + 1
      redis.call('XADD', owner .. 'events', epoch .. '-' .. int(number), 'd', argv[index], 't', now)
    end
    trim(owner, tonumber(argv[2]), 2 * (#argv - 5) + 10)
    redis.call('SPUBLISH', owner .. 'feed', '')
    return { 'ok' }
  end)

  -- feed_page: events after a cursor, the oldest first.
  -- ARGV: 1 cursor ('' from the oldest), 2 most events
  -- Reply: {'ok', 1 some after the cursor are gone | 0, cursor of the oldest ('' none); cursor, JSON of each}
  command('feed_page', function(keys, argv)
    local feed, after = keys[1] .. 'events', argv[1]
    local floor = redis.call('HGET', keys[1] .. 'state', 'floor')
    local oldest = redis.call('XRANGE', feed, '-', '+', 'COUNT', 1)[1]
    local reply = { 'ok', (after ~= '' and floor and is_older(after, floor)) and 1 or 0, oldest and oldest[1] or '' }
    for _, row in ipairs(redis.call('XRANGE', feed, after == '' and '-' or '(' .. after, '+', 'COUNT', argv[2])) do
      reply[#reply + 1] = row[1]
      reply[#reply + 1] = row[2][2]
    end
    return reply
  end)

  -- A webhook waits at most this long for its next try, also when the clock was set back meanwhile.
  local LONGEST_WAIT_MS = 3600000
  local MOST_LETTERS = 1000

  local function batch(owner, cursor, upto, most)
    return redis.call('XRANGE', owner .. 'events', '(' .. cursor, upto, 'COUNT', most)
  end

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
      redis.call('HDEL', owner .. 'hook', 'upto', 'tries', 'due', 'failed')
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

  local function done_with(owner, upto)
    redis.call('HSET', owner .. 'hook', 'cursor', upto)
    redis.call('HDEL', owner .. 'hook', 'upto', 'tries', 'due', 'failed')
  end

  -- feed_taken: the webhook has the batch.
  -- ARGV: 1 holder, 2 cursor of its last event   Reply: {'ok'}   Errors: {'lost'}
  command('feed_taken', function(keys, argv)
    local owner = keys[1]
    if redis.call('GET', owner .. 'holder') ~= argv[1] or redis.call('HGET', owner .. 'hook', 'upto') ~= argv[2] then return { 'lost' } end
    done_with(owner, argv[2])
    return { 'ok' }
  end)

  -- feed_failed: the webhook did not take the batch. After some tries, once its last event is old enough, it goes to the dead letters.
  -- ARGV: 1 holder, 2 cursor of its last event, 3 why, 4 when to try again, in ms from now, 5 tries it has at least, 6 age in ms, 7 id of the batch
  -- Reply: {'ok'}; {'dead', id of the letter}   Errors: {'lost'}
  command('feed_failed', function(keys, argv)
    local owner, now = keys[1], now_ms()
    local hook = redis.call('HMGET', owner .. 'hook', 'cursor', 'upto')
    if redis.call('GET', owner .. 'holder') ~= argv[1] or hook[2] ~= argv[2] then return { 'lost' } end
    local tries = redis.call('HINCRBY', owner .. 'hook', 'tries', 1)
    local rows = batch(owner, hook[1] or '0-0', argv[2], 1000)
    local added = #rows > 0 and tonumber(rows[#rows][2][4]) or 0
    if tries < tonumber(argv[5]) or now - added < tonumber(argv[6]) then
      redis.call('HSET', owner .. 'hook', 'due', int(now + tonumber(argv[4])), 'failed', argv[3])
      return { 'ok' }
    end
    local events = {}
    for index, row in ipairs(rows) do events[index] = row[2][2] end
    local letter = redis.call('XADD', owner .. 'dead', 'MAXLEN', MOST_LETTERS, '*', 'batch', argv[7], 'd', '[' .. table.concat(events, ',') .. ']', 'failed', argv[3], 'tries', tries)
    done_with(owner, argv[2])
    return { 'dead', letter }
  end)
end
