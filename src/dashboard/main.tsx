import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './app.css'
import { LiveContext } from './api/hooks.js'
import { createLiveStore } from './api/live-store.js'
import { createQueryClient } from './api/monitoring-api.js'
import { App } from './app/app.js'
import { applyTheme } from './ui/theme.js'

applyTheme()
const store = createLiveStore('./')
store.start()

const root = document.getElementById('root')
if (!root) throw new Error('The page has no #root to draw into')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={createQueryClient()}>
      <LiveContext value={store}>
        <App />
      </LiveContext>
    </QueryClientProvider>
  </StrictMode>,
)
