<?php

declare(strict_types=1);

namespace App;

use Illuminate\Support\Facades\Facade;
use Illuminate\Support\ServiceProvider;
use RuntimeException;

final class Routes extends ServiceProvider
{
    public function boot(): void
    {
        $router = $this->app['router'];
        $router->get('/', static fn () => 'home');
        $router->get('users/{id}', static fn ($id) => "user $id");
        $router->get('slow', static fn () => usleep(1050000) ?? 'slow');
        $router->get('throw', static fn () => throw new RuntimeException('broken with password=hunter2hunter'));
        $router->get('forbidden', static fn () => abort(403));
        $router->get('push/{how}/{queue?}', static function (string $how, string $queue = 'default') {
            SendMail::dispatch($how)->onQueue($queue);

            return 'pushed';
        });
    }
}
