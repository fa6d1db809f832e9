import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './app.css'
import { createQueryClient } from './live/api.js'
import { LiveContext } from './live/hooks.js'
import { createLiveStore } from './live/store.js'
import { App } from './pages/app.js'
import { applyTheme } from './theme.js'

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
