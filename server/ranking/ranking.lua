-- Rankings of guilds. Parts of the owner 'ranking':
--   rows              hash        guild -> JSON of what was last read of it (strings): boot, was (boots before), version, earned, season, seasonEarned, region, language
--   top:<scope>|<filter>  sorted set  guild -> minus its points, so that equal points are in the order of ids. Scopes: all, season:<id> (while it runs), closed:<id>. Filters:
--                         '' everybody, 'r:<region>', 'l:<language>', 'r:<region>|l:<language>'
--   filters:<scope>   set         filters that a scope has, or had
--   filled            string      the boot under which all guilds were read
-- Totals are absolute: whoever reads them writes what he read, and the newest stays.

local place_in, drop_scope, trim_scope
do
  local function ranking_key(owner, scope, filter)
    return owner .. 'top:' .. scope .. '|' .. filter
  end

  local function filters_of(region, language)
    local filters, place = { '' }, string.lower(region)
    if place ~= '' then filters[#filters + 1] = 'r:' .. place end
    if language ~= '' then filters[#filters + 1] = 'l:' .. language end
    if place ~= '' and language ~= '' then filters[#filters + 1] = 'r:' .. place .. '|l:' .. language end
    return filters
  end

  local function leave(owner, scope, guild, region, language)
    for _, filter in ipairs(filters_of(region, language)) do redis.call('ZREM', ranking_key(owner, scope, filter), guild) end
  end

  -- Who has no points is in no ranking.
  function place_in(owner, scope, guild, points, region, language)
    if points == '0' then return leave(owner, scope, guild, region, language) end
    for _, filter in ipairs(filters_of(region, language)) do
      if redis.call('ZADD', ranking_key(owner, scope, filter), '-' .. points, guild) == 1 then redis.call('SADD', owner .. 'filters:' .. scope, filter) end
    end
  end

  function drop_scope(owner, scope)
    for _, filter in ipairs(redis.call('SMEMBERS', owner .. 'filters:' .. scope)) do redis.call('UNLINK', ranking_key(owner, scope, filter)) end
    redis.call('DEL', owner .. 'filters:' .. scope)
  end

  function trim_scope(owner, scope, most)
    for _, filter in ipairs(redis.call('SMEMBERS', owner .. 'filters:' .. scope)) do redis.call('ZREMRANGEBYRANK', ranking_key(owner, scope, filter), most, -1) end
  end

  -- ranking_totals: what rankings have to know of guilds. It first takes the marks off, so that what moves from now on is told anew. KEYS: 1 the bucket's prefix.
  -- ARGV: guilds
  -- Reply: {'ok', boot; for each guild: guild, version (rises with all that changes it; '' there is no such guild), earned, season ('' none), season's points, region, language}
  command('ranking_totals', function(keys, argv)
    local reply = { 'ok', boot() }
    for _, guild in ipairs(argv) do
      local owner = keys[1] .. 'guild:' .. guild .. ':'
      redis.call('HDEL', owner .. 'book', 'changed', 'touched')
      local book = redis.call('HMGET', owner .. 'book', 'earned', 'season', 'seasonEarned')
      local info = redis.call('HMGET', owner .. 'info', 'version', 'region', 'language')
      for _, value in ipairs({ guild, info[1] or '', book[1] or '0', book[2] or '', book[3] or '0', info[2] or '', info[3] or '' }) do reply[#reply + 1] = value end
    end
    return reply
  end)

  -- Of two that were read under the same boot the one with the higher version is newer; what was read under a boot that nobody has seen is newer than all before. A
  -- bucket that moved to another server and back comes under a boot that was seen: then its version tells.
  local function is_newer(known, at_boot, version)
    if known.boot ~= at_boot and not string.find(known.was, at_boot, 1, true) then return true end
    return version >= tonumber(known.version)
  end

  -- ranking_put: puts guilds where their totals are, unless newer ones are known.
  -- ARGV: 1 boot of the server they were read from; then as ranking_totals gives them
  -- Reply: {'ok', the boot of this server, the boot under which all guilds were read ('' never)}
  command('ranking_put', function(keys, argv)
    local owner, at_boot = keys[1], argv[1]
    for index = 2, #argv, 7 do
      local guild, version, earned, season, season_earned, region, language = unpack(argv, index, index + 6)
      local stored = redis.call('HGET', owner .. 'rows', guild)
      local known = stored and cjson.decode(stored)
      if not known or version == '' or is_newer(known, at_boot, tonumber(version)) then
        local moved_on = known and (known.region ~= region or known.language ~= language)
        if known and (version == '' or moved_on) then
          leave(owner, 'all', guild, known.region, known.language)
          if known.season ~= '' then leave(owner, 'season:' .. known.season, guild, known.region, known.language) end
        end
        if version == '' then
          redis.call('HDEL', owner .. 'rows', guild)
        else
          place_in(owner, 'all', guild, earned, region, language)
          local state = season ~= '' and redis.call('HGET', owner .. 'season:' .. season, 'state')
          if state and state ~= 'closed' then place_in(owner, 'season:' .. season, guild, season_earned, region, language) end
          local was = known and known.was or ''
          if known and known.boot ~= at_boot then was = string.sub(known.boot .. was, 1, 96) end
          redis.call('HSET', owner .. 'rows', guild, cjson.encode({ boot = at_boot, was = was, version = version, earned = earned, season = season,
            seasonEarned = season_earned, region = region, language = language }))
        end
      end
    end
    return { 'ok', boot(), redis.call('GET', owner .. 'filled') or '' }
  end)

  -- ranking_filled: all guilds have been read under this boot, so that nothing that it lost is missing.
  -- ARGV: 1 boot ('' only asks)   Reply: {'ok', the boot of this server, the boot under which all guilds were read ('' never)}
  command('ranking_filled', function(keys, argv)
    if argv[1] ~= '' then redis.call('SET', keys[1] .. 'filled', argv[1]) end
    return { 'ok', boot(), redis.call('GET', keys[1] .. 'filled') or '' }
  end)

  -- Rows from a place on: guild, points, rank, … Equal points share the rank of the first of them.
  local function rows_from(key, from, count)
    if count < 1 then return {} end
    local found, rows, rank, last = redis.call('ZRANGE', key, from, from + count - 1, 'WITHSCORES'), {}, nil, nil
    for index = 1, #found, 2 do
      local score = found[index + 1]
      if not rank then rank = redis.call('ZCOUNT', key, '-inf', '(' .. score) + 1
      elseif score ~= last then rank = from + (index + 1) / 2 end
      last = score
      rows[#rows + 1] = found[index]
      rows[#rows + 1] = int(-tonumber(score))
      rows[#rows + 1] = int(rank)
    end
    return rows
  end

  -- ranking_page: guilds of a ranking from a place on.
  -- ARGV: 1 scope, 2 filter, 3 how many places are passed over, 4 most guilds   Reply: {'ok', how many there are; guild, points, rank, …}
  command('ranking_page', function(keys, argv)
    local key = ranking_key(keys[1], argv[1], argv[2])
    return { 'ok', redis.call('ZCARD', key), unpack(rows_from(key, tonumber(argv[3]), tonumber(argv[4]))) }
  end)

  -- ranking_around: the guilds just above and below one.
  -- ARGV: 1 scope, 2 filter, 3 guild, 4 how many above, and below
  -- Reply: {'ok', how many there are, its place (from 0; '' it is not in it), place of the first row; guild, points, rank, …}
  command('ranking_around', function(keys, argv)
    local key, most = ranking_key(keys[1], argv[1], argv[2]), tonumber(argv[4])
    local total, place = redis.call('ZCARD', key), redis.call('ZRANK', key, argv[3])
    if not place then return { 'ok', total, '', '0' } end
    local from = math.max(0, place - most)
    return { 'ok', total, int(place), int(from), unpack(rows_from(key, from, place - from + 1 + most)) }
  end)

  -- ranking_contributions: what each brought to a guild. KEYS are the guild's.
  -- ARGV: 1 season ('' ever), 2 who is listed: 'members', or 'all' who brought something
  -- Reply: {'ok', {player, points, …}}   Errors: {'guild-not-found'}
  command('ranking_contributions', function(keys, argv)
    local owner = keys[1]
    if redis.call('EXISTS', owner .. 'info') == 0 then return { 'guild-not-found' } end
    local key = owner .. 'contribution' .. (argv[1] == '' and '' or ':' .. argv[1])
    if argv[2] == 'all' then return { 'ok', redis.call('HGETALL', key) } end
    local brought, rows, points = redis.call('HGETALL', key), {}, {}
    for index = 1, #brought, 2 do points[brought[index]] = brought[index + 1] end
    for _, player in ipairs(redis.call('HKEYS', owner .. 'members')) do
      rows[#rows + 1] = player
      rows[#rows + 1] = points[player] or '0'
    end
    return { 'ok', rows }
  end)
end
