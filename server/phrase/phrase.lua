-- The studio's own quick phrases. Their owner key is 'studio'. Parts:
--   phrases  hash  id -> JSON {"texts": {language: text}, "removed": number of the change that removed it (absent: in use)};
--                  ':version' '<number of changes>.<ms of the last>' (another one after a change was lost with Redis' tail), ':used', ':removed' (how many)
--   feed           pub/sub: 'p' when they have changed

do
  local TOMBSTONES = 500

  local function phrases_changed(owner)
    local changes = tonumber(string.match(redis.call('HGET', owner .. 'phrases', ':version') or '0', '^%d+')) + 1
    redis.call('HSET', owner .. 'phrases', ':version', int(changes) .. '.' .. int(now_ms()))
    redis.call('SPUBLISH', owner .. 'feed', 'p')
    return changes
  end

  local function phrase_at(owner, id)
    local stored = redis.call('HGET', owner .. 'phrases', id)
    return stored and cjson.decode(stored)
  end

  -- studio_phrase_put: a phrase is in use with these texts.
  -- ARGV: 1 id, 2 texts (JSON), 3 most phrases in use   Reply: {'ok'}   Errors: {'phrases-full'}
  command('studio_phrase_put', function(keys, argv)
    local owner = keys[1]
    local old = phrase_at(owner, argv[1])
    local is_new = not old or old.removed
    if is_new and tonumber(redis.call('HGET', owner .. 'phrases', ':used') or 0) >= tonumber(argv[3]) then return { 'phrases-full' } end
    redis.call('HSET', owner .. 'phrases', argv[1], '{"texts":' .. argv[2] .. '}')
    if is_new then redis.call('HINCRBY', owner .. 'phrases', ':used', 1) end
    if old and old.removed then redis.call('HINCRBY', owner .. 'phrases', ':removed', -1) end
    phrases_changed(owner)
    return { 'ok' }
  end)

  -- studio_phrase_remove: a phrase is no longer in use. Its texts stay for what was said with it; of those removed the last 500.
  -- ARGV: 1 id   Reply: {'ok'}   Errors: {'phrase-unknown'}
  command('studio_phrase_remove', function(keys, argv)
    local owner = keys[1]
    local phrase = phrase_at(owner, argv[1])
    if not phrase or phrase.removed then return { 'phrase-unknown' } end
    phrase.removed = phrases_changed(owner)
    redis.call('HSET', owner .. 'phrases', argv[1], cjson.encode(phrase))
    redis.call('HINCRBY', owner .. 'phrases', ':used', -1)
    if redis.call('HINCRBY', owner .. 'phrases', ':removed', 1) <= TOMBSTONES then return { 'ok' } end
    local oldest, oldest_removed
    local rows = rows_in(owner .. 'phrases')
    for index = 1, #rows, 2 do
      local removed = cjson.decode(rows[index + 1]).removed
      if removed and (not oldest or removed < oldest_removed) then oldest, oldest_removed = rows[index], removed end
    end
    redis.call('HDEL', owner .. 'phrases', oldest)
    redis.call('HINCRBY', owner .. 'phrases', ':removed', -1)
    return { 'ok' }
  end)

  -- studio_phrases: all phrases, unless they are still those of a version.
  -- ARGV: 1 version known ('' none)   Reply: {'ok', version} or {'ok', version, {id, JSON, …}}
  command('studio_phrases', function(keys, argv)
    local version = redis.call('HGET', keys[1] .. 'phrases', ':version') or '0.0'
    if version == argv[1] then return { 'ok', version } end
    return { 'ok', version, rows_in(keys[1] .. 'phrases') }
  end)
end
