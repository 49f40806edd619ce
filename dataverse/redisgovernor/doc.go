// Package redisgovernor is a dataverse.Governor for many processes: those that name the same Redis 7 or Valkey
// server share the budget that the service gives an application user.
//
//	client := redis.NewClient(&redis.Options{Addr: "localhost:6379"})
//	governor := redisgovernor.New(client, nil)
//	dv, err := dataverse.NewClient(url, credential, &dataverse.ClientOptions{Governor: governor})
//
// It owns one script, which keeps the same books as the governor of one process, by the clock of the
// Redis server. A request takes two round trips to it. While the server does not answer, each
// process keeps to the limits by itself. It refuses to know how requests are sent. Called through package
// dataverse, which it knows by its face alone.
package redisgovernor
