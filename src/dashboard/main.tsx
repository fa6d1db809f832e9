import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './app.css'
import { LiveContext } from './live/hooks.js'
import { createLiveStore } from './live/store.js'
import { PulsePage } from './pages/pulse-page.js'
import { applyTheme } from './theme.js'

applyTheme()
const store = createLiveStore('./')
store.start()

const root = document.getElementById('root')
if (!root) throw new Error('The page has no #root to draw into')
createRoot(root).render(
  <StrictMode>
    <LiveContext value={store}>
      <PulsePage />
    </LiveContext>
  </StrictMode>,
)
