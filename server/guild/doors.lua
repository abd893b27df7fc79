-- What a player is shown of his requests and invitations. A further part of a player (player.lua):
--   doors               hash  'request:<guild>' -> JSON {at, ends, state, name, reason}, 'invitation:<guild>' -> JSON {at, ends, name, by}: what the player is shown
--                       of his requests and invitations; the guild's own record decides
--   teamdoors           hash  team -> JSON {at, ends, name, by}: teams that have invited him, see ../team/team.lua

-- player_asks: notes that a player asks a guild to let him in, before the guild is asked. KEYS are the player's.
-- ARGV: 1 guild, 2 for how long it stands (ms), 3 most guilds at once   Reply: {'ok'}   Errors: {'player-not-found'}, {'player-linked'}, {'requests-full'}
command('player_asks', function(keys, argv)
  local owner, now, waiting = keys[1], now_ms(), 0
  local profile = redis.call('HMGET', owner .. 'profile', 'd', 'to')
  if not profile[1] then return { 'player-not-found' } end
  if profile[2] then return { 'player-linked' } end
  local all, own = redis.call('HGETALL', owner .. 'doors'), 'request:' .. argv[1]
  for index = 1, #all, 2 do
    local door = cjson.decode(all[index + 1])
    if door.ends <= now then redis.call('HDEL', owner .. 'doors', all[index])
    elseif all[index] ~= own and door.state == 'pending' then waiting = waiting + 1 end
  end
  if waiting >= tonumber(argv[3]) then return { 'requests-full' } end
  redis.call('HSET', owner .. 'doors', own, cjson.encode({ at = now, ends = now + tonumber(argv[2]), state = 'pending' }))
  return { 'ok' }
end)

-- player_door: keeps what a player is shown of a request or an invitation, and tells his sessions. KEYS are the player's.
-- ARGV: 1 player, 2 field, 3 what is kept (JSON with how long as `ends`, in ms; '' nothing any more), 4 message for his sessions (JSON; '' none), 5 most kept,
--       6 who does it ('' nobody in particular): nothing comes from whom the player has blocked, 7 another part than `doors`, which goes when nothing is put there for a week
-- Reply: {'ok'}
command('player_door', function(keys, argv)
  local owner, doors, now = keys[1], keys[1] .. (argv[7] or 'doors'), now_ms()
  if argv[6] ~= '' and redis.call('HEXISTS', owner .. 'blocks', argv[6]) == 1 then return { 'ok' } end
  if argv[3] == '' then
    redis.call('HDEL', doors, argv[2])
  else
    if redis.call('HEXISTS', doors, argv[2]) == 0 then make_room(doors, tonumber(argv[5]), now) end
    local door = cjson.decode(argv[3])
    door.at, door.ends = now, now + door.ends
    redis.call('HSET', doors, argv[2], cjson.encode(door))
    if argv[7] then redis.call('PEXPIRE', doors, 7 * 86400000) end
  end
  if argv[4] ~= '' then redis.call('SPUBLISH', keys[2] .. 'personal', argv[4]) end
  return { 'ok' }
end)
