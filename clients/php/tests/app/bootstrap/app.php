<?php

declare(strict_types=1);

require_once 'Illuminate/autoload.php';
require_once getenv('QUASAR_ROOT') . '/src/Quasar.php';
spl_autoload_register(static function (string $class): void {
    $folders = ['Gravito\\Zenith\\Laravel\\' => getenv('QUASAR_ROOT') . '/laravel/src/', 'App\\' => __DIR__ . '/../src/'];
    foreach ($folders as $prefix => $folder) {
        if (str_starts_with($class, $prefix)) {
            require_once $folder . substr($class, strlen($prefix)) . '.php';
        }
    }
});

$app = new Illuminate\Foundation\Application(dirname(__DIR__));
$app->singleton(Illuminate\Contracts\Http\Kernel::class, App\HttpKernel::class);
$app->singleton(Illuminate\Contracts\Console\Kernel::class, App\ConsoleKernel::class);
$app->singleton(Illuminate\Contracts\Debug\ExceptionHandler::class, Illuminate\Foundation\Exceptions\Handler::class);

return $app;
