-- What happened, in one stream. Parts of the owner 'events:feed':
--   events  stream  <epoch>-<number>: d JSON of the event, t when it was added (ms). The epoch rises with every boot of the server, so an event that is added again
--                   after a loss comes after every cursor that was given out
--   state   hash    boot, epoch, number (of events so far), floor (the last id that was dropped)
--   source  hash    bucket -> id of the last document of its outbox that was taken
--   holder  string  who may write now, until it expires

do
  -- So many events are kept at most: about 250 MB.
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
end
