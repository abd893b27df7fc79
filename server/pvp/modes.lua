-- The studio's own modes of war, of the owner 'warmodes'; built-in ones are no rows, unless the studio has put one in their place.
--   modes  hash  id -> JSON, as the studio put it, see shared/api/war-mode.ts

do
  -- war_mode_put: a mode as the studio wants it. The same again changes nothing.
  -- ARGV: 1 id, 2 JSON, 3 most modes   Reply: {'ok'}   Errors: {'war-modes-full'}
  command('war_mode_put', function(keys, argv)
    local modes = keys[1] .. 'modes'
    if redis.call('HEXISTS', modes, argv[1]) == 0 and redis.call('HLEN', modes) >= tonumber(argv[3]) then return { 'war-modes-full' } end
    redis.call('HSET', modes, argv[1], argv[2])
    return { 'ok' }
  end)

  -- war_mode_remove: a mode is the studio's no more; a built-in one is again what it was.
  -- ARGV: 1 id   Reply: {'ok'}   Errors: {'war-mode-not-found'}
  command('war_mode_remove', function(keys, argv)
    if redis.call('HDEL', keys[1] .. 'modes', argv[1]) == 0 then return { 'war-mode-not-found' } end
    return { 'ok' }
  end)
end
