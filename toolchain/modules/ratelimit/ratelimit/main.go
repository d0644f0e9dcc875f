// ratelimit is Envoy's rate limit service with a Redis in its own process, which forgets all counts when it ends.
package main

import (
	"log"
	"os"

	"github.com/alicebob/miniredis/v2"
	"github.com/envoyproxy/ratelimit/src/service_cmd/runner"
	"github.com/envoyproxy/ratelimit/src/settings"
)

func main() {
	redis := miniredis.NewMiniRedis()
	if err := redis.StartAddr("127.0.0.1:0"); err != nil {
		log.Fatal(err)
	}
	defer redis.Close()
	for name, value := range map[string]string{"REDIS_SOCKET_TYPE": "tcp", "REDIS_URL": redis.Addr()} {
		if err := os.Setenv(name, value); err != nil {
			log.Fatal(err)
		}
	}
	service := runner.NewRunner(settings.NewSettings())
	service.Run()
}
